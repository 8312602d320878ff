-- pyorch._tick_steps()
-- The steps of a tick, without those that configure {"skip": …} leaves out. Metrics have a job of
-- their own. Last, 'rest': orphans for which there was no time before the triggers.
-- Calls: pyorch._run_steps, pyorch._setting.
create or replace function pyorch._tick_steps()
  returns text[]
  language sql
  stable
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  select pyorch._run_steps(
    '{unlock,settle,scrapers,processors}',
    array(select pg_catalog.jsonb_array_elements_text(pyorch._setting('skip')))
  ) || '{rest}'::text[];
$$;

comment on function pyorch._tick_steps() is
  'The steps of a tick.';

revoke all on function pyorch._tick_steps() from public;
