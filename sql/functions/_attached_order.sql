-- pyorch._attached_order(jsonb, text)
-- The order in which items of an attached table are claimed: larger priority first, then older,
-- then the id.
create or replace function pyorch._attached_order(
  p_columns jsonb,
  -- the table's alias with a dot, or nothing
  p_prefix text
)
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.concat_ws(
    ', ',
    p_prefix || pg_catalog.quote_ident(p_columns #>> '{priority,name}')
      || case when (p_columns #>> '{priority,nullable}')::boolean
           then ' desc nulls last' else ' desc' end,
    p_prefix || pg_catalog.quote_ident(p_columns #>> '{created_at,name}'),
    p_prefix || pg_catalog.quote_ident(p_columns #>> '{id,name}')
  );
$$;

comment on function pyorch._attached_order(jsonb, text) is
  'The ORDER BY list of a claim on an attached table.';

revoke all on function pyorch._attached_order(jsonb, text) from public;
