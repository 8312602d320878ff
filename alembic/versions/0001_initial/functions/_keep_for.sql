-- pyorch._keep_for(text)
-- How long something is kept: runs | calls | metrics | raw_metrics | cron.
-- Calls: pyorch._setting.
create or replace function pyorch._keep_for(p_what text)
  returns interval
  language sql
  stable
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select (pyorch._setting('retention') ->> p_what)::interval;
$$;

comment on function pyorch._keep_for(text) is
  'How long something is kept.';

revoke all on function pyorch._keep_for(text) from public;
