-- pyorch._dispatch_verbs()
-- What leads to the functions of a queue by its name: enqueue, claim and complete, and the short
-- ways for one item, `one` and `done`.
-- Calls: pyorch._queue_verbs.
create or replace function pyorch._dispatch_verbs()
  returns table (
    verb text,
    arguments text,
    types text,
    returns text,
    -- with {q} for the name of the queue
    static_call text,
    call_by_name text
  )
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select v.verb,
         'p_queue text, ' || v.arguments,
         'text, ' || v.types,
         g.returns,
         case when g.many
           then pg_catalog.format(
             E'return query select * from pyorch._q_%s_{q}(%s);\nreturn;\n', v.verb, g.given
           )
           else pg_catalog.format(E'return pyorch._q_%s_{q}(%s);\n', v.verb, g.given)
         end,
         pg_catalog.format(
           case when g.many
             then E'return query execute %s using %s'
             else E'execute %s into v_item using %s;\nreturn v_item'
           end,
           pg_catalog.format(
             '''select * from pyorch._q_%s_'' || p_queue || ''(%s)''', v.verb, g.numbers
           ),
           g.given
         )
    from pyorch._queue_verbs() v
    join (values
      (
        'enqueue', false, 'text[]', 'p_payloads, p_keys, p_priority, p_run_at, p_group',
        '$1, $2, $3, $4, $5'
      ),
      ('one', false, 'pyorch.claimed', 'p_worker, p_lease', '$1, $2'),
      ('claim', true, 'setof pyorch.claimed', 'p_worker, p_batch, p_lease', '$1, $2, $3'),
      ('done', false, 'boolean', 'p_receipt, p_result', '$1, $2'),
      ('complete', true, 'setof text', 'p_receipts, p_results', '$1, $2')
    ) g (verb, many, returns, given, numbers) on g.verb = v.verb;
$$;

comment on function pyorch._dispatch_verbs() is
  'The verbs that are led to a queue by its name.';

revoke all on function pyorch._dispatch_verbs() from public;
