-- pyorch._attached_receipt(text, integer, text)
-- SQL condition: a text is a receipt of an attached queue (its number, 16 digits, the id), and its
-- digits and its id can be cast. No regular expression: it would cost as much as the update that
-- follows.
create or replace function pyorch._attached_receipt(
  -- the expression that is tested
  p_receipt text,
  p_queue_id integer,
  -- type of the id: uuid, int2, int4, int8, text, varchar
  p_base text
)
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  with known (head, digits, token) as (
    select pg_catalog.format('%s-%s-', p_queue_id, pg_catalog.repeat('_', 16)),
           pg_catalog.format('pg_catalog.translate(%s, ''0123456789'', '''')', p_receipt),
           pg_catalog.format(
             'pg_catalog.translate(pg_catalog.substr(%s, %s, 16), ''0123456789'', '''') = ''''',
             p_receipt, pg_catalog.length(p_queue_id::text) + 2
           )
  )
  select case
    -- besides the digits only the dashes that LIKE has seen: the id is a number of 18 at most
    when p_base like 'int%' then pg_catalog.format(
      '(%1$s like ''%2$s_%%'' and pg_catalog.length(%1$s) < %3$s'
        ' and (%4$s = ''--'' or %4$s = ''---'' and %1$s like ''%2$s-_%%''))',
      p_receipt, k.head, pg_catalog.length(k.head) + 19, k.digits
    )
    when p_base = 'uuid' then pg_catalog.format(
      '(%s like ''%s________-____-____-____-____________'' and %s'
        ' and pg_catalog.translate(%1$s, ''0123456789abcdef'', '''') = ''------'')',
      p_receipt, k.head, k.token
    )
    else pg_catalog.format('(%s like ''%s%%'' and %s)', p_receipt, k.head, k.token)
  end
    from known k;
$$;

comment on function pyorch._attached_receipt(text, integer, text) is
  'The SQL condition that a text is a receipt of an attached queue.';

revoke all on function pyorch._attached_receipt(text, integer, text) from public;
