-- pyorch._dispatch_source(text)
-- The two functions that lead claim and complete to those of a queue. A call by a name that is put
-- together at run time is parsed and planned each time: 20 µs of the 80 that a claim takes. These
-- know every queue and call statically; one that they do not know yet, they call by its name. No
-- queue, no functions.
-- Calls: pyorch._dispatch_tree.  Reads: pyorch.queue.
create or replace function pyorch._dispatch_source(
  -- leave this queue out: it is about to go
  p_without text default null
)
  returns table (routine text, body text, statement text)
  language sql
  stable
  parallel safe
  security invoker
  set search_path = ''
as $$
  with known as (
    select pg_catalog.array_agg(q.queue_id order by q.queue_id) as ids,
           pg_catalog.array_agg(q.queue order by q.queue_id) as queues
      from pyorch.queue q
     where q.queue is distinct from p_without
  ),
  verb (verb, arguments, types, returns, given) as (
    values
      (
        'claim',
        'p_queue_id integer, p_worker text, p_batch integer, p_lease interval',
        'integer, text, integer, interval',
        'table (item_id text, payload jsonb, attempt integer, receipt text,'
          ' lease_until timestamptz)',
        array['p_worker', 'p_batch', 'p_lease']
      ),
      (
        'complete',
        'p_queue_id integer, p_receipts text[], p_results jsonb[]',
        'integer, text[], jsonb[]',
        'setof text',
        array['p_receipts', 'p_results']
      )
  ),
  source as (
    select v.*,
           pg_catalog.format(
             E'\nbegin\n%sreturn query execute ''select * from pyorch._q_%s_'' || (select q.queue'
               ' from pyorch.queue q where q.queue_id = p_queue_id) || ''(%s)'' using %s;\nend;\n',
             pyorch._dispatch_tree(
               k.ids,
               k.queues,
               pg_catalog.format(
                 'select * from pyorch._q_%s_{q}(%s)',
                 v.verb, pg_catalog.array_to_string(v.given, ', ')
               )
             ),
             v.verb,
             (select pg_catalog.string_agg('$' || n, ', ' order by n)
                from pg_catalog.generate_series(1, pg_catalog.cardinality(v.given)) n),
             pg_catalog.array_to_string(v.given, ', ')
           ) as code
      from verb v, known k
     where k.ids is not null
  )
  select pg_catalog.format('pyorch._q_to_%s(%s)', s.verb, s.types),
         s.code,
         pg_catalog.format(
           E'create or replace function pyorch._q_to_%s(%s)\n  returns %s\n  language plpgsql\n'
             '  volatile\n  parallel unsafe\n  security invoker\nas $pyorch$%s$pyorch$',
           s.verb, s.arguments, s.returns, s.code
         )
    from source s;
$$;

comment on function pyorch._dispatch_source(text) is
  'The functions that lead claim and complete to those of a queue.';

revoke all on function pyorch._dispatch_source(text) from public;
