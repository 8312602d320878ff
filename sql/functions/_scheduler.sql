-- pyorch._scheduler()
-- Who starts the ticks now: pg_cron | agent; null: nobody.
-- Calls: pyorch._setting, pyorch._pg_cron_alive.  Reads: pyorch.agent.
create or replace function pyorch._scheduler()
  returns text
  language sql
  stable
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  with wish as (
    select pyorch._setting('scheduler') #>> '{}' as scheduler
  )
  select case
    when w.scheduler in ('auto', 'pg_cron') and pyorch._pg_cron_alive() then 'pg_cron'
    when w.scheduler in ('auto', 'agent') and exists (
      select from pyorch.agent a where a.seen_at > pyorch._now() - interval '10 seconds'
    ) then 'agent'
  end
    from wish w;
$$;

comment on function pyorch._scheduler() is
  'Who starts the ticks now: pg_cron | agent | null.';

revoke all on function pyorch._scheduler() from public;
