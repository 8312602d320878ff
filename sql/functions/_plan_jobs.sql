-- pyorch._plan_jobs(boolean)
-- What a pg_cron in another database should hold for us; remembers what that one can, and settles
-- how often the tick runs.
-- Calls: pyorch._set_intervals, pyorch._wanted_jobs.  Writes: pyorch.config.
create or replace function pyorch._plan_jobs(
  -- does that pg_cron know schedules in seconds?
  p_seconds boolean
)
  returns table (job text, schedule text, command text)
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  insert into pyorch.config (setting, value)
  values ('cron_knows_seconds', pg_catalog.to_jsonb(p_seconds))
  on conflict (setting) do update
    set value = excluded.value;
  perform pyorch._set_intervals(not p_seconds);
  return query select * from pyorch._wanted_jobs(p_seconds);
end;
$$;

comment on function pyorch._plan_jobs(boolean) is
  'What a pg_cron in another database should hold for us.';

revoke all on function pyorch._plan_jobs(boolean) from public;

call pyorch._grant('admin', 'execute', 'function', 'pyorch._plan_jobs(boolean)');
