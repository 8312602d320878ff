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
  set search_path = ''
as $$
  select pg_catalog.format(
    '(%1$s like %2$L'
      ' and pg_catalog.translate(pg_catalog.substr(%1$s, %3$s, 16), ''0123456789'', '''') = '''''
      || case
           when p_base = 'uuid' then
             ' and pg_catalog.translate(pg_catalog.substr(%1$s, %4$s), ''0123456789abcdef'', '''')'
               ' = ''----'''
           when p_base like 'int%' then
             ' and pg_catalog.translate(pg_catalog.substr(%1$s, %4$s), ''0123456789'', '''')'
               ' in ('''', ''-'')'
               ' and pg_catalog.substr(%1$s, %4$s) not like ''_%%-%%'''
               ' and pg_catalog.substr(%1$s, %4$s) <> ''-'''
               ' and pg_catalog.length(%1$s) < %4$s + 18'
           else ''
         end || ')',
    p_receipt,
    p_queue_id || '-' || pg_catalog.repeat('_', 16) || case
      when p_base = 'uuid' then '-________-____-____-____-____________'
      when p_base like 'int%' then '-_%'
      else '-%'
    end,
    pg_catalog.length(p_queue_id || '-') + 1,
    pg_catalog.length(p_queue_id || '-') + 18
  );
$$;

comment on function pyorch._attached_receipt(text, integer, text) is
  'The SQL condition that a text is a receipt of an attached queue.';

revoke all on function pyorch._attached_receipt(text, integer, text) from public;
