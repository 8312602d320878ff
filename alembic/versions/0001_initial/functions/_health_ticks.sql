-- pyorch._health_ticks()
-- Does anybody tick, and may calls go out?
-- Calls: pyorch._scheduler, pyorch._identity_ok, pyorch._setting, pyorch._heartbeat_age,
-- pyorch._tick_every.
create or replace function pyorch._health_ticks()
  returns table (
    severity text,
    code text,
    subject text,
    since timestamptz,
    evidence text,
    advice text
  )
  language sql
  stable
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  with seen as (
    select pyorch._scheduler() as scheduler,
           pyorch._setting('scheduler') #>> '{}' as wish,
           pyorch._heartbeat_age() as age,
           (
             select pg_catalog.max(h.beat_at)
               from pyorch.heartbeat h
              where h.source in ('pg_cron', 'agent')
           ) as beat_at,
           greatest(3 * pyorch._tick_every(), interval '15 seconds') as patience,
           (select j.scheduled_at from pyorch.job j where j.job = 'pyorch_tick') as scheduled_at
  )
  select 'critical', 'identity_mismatch', pg_catalog.current_database()::text, i.adopted_at,
         'this is a copy of the database that pyorch belongs to (restored, or pg_upgraded): '
           'nothing is sent',
         'If this copy shall fire: select pyorch.adopt();'
    from pyorch.identity i
   where not pyorch._identity_ok()
  union all
  select 'warning', 'paused', pg_catalog.current_database()::text,
         (pyorch._setting('paused_since') #>> '{}')::timestamptz,
         'all dispatch is paused', 'select pyorch.resume();'
   where pyorch._setting('paused') = 'true'
  union all
  select 'critical', 'no_scheduler', s.wish, s.beat_at,
         'nobody starts ticks: no live agent, and '
           || case
                when s.wish = 'agent' then 'pg_cron is not to be used'
                when s.scheduled_at is null then 'no job of ours in the pg_cron that we can see'
                else 'pg_cron, which holds our jobs, is silent'
              end,
         case
           when s.scheduled_at is null then 'Start the agent: pyorch agent. '
             'With pg_cron: select * from pyorch.reconcile_jobs();'
           else 'Look at cron.job_run_details and the server log, restart pg_cron, '
             'or start the agent: pyorch agent'
         end
    from seen s
   where s.scheduler is null
  union all
  select 'critical', 'ticks_stale', s.scheduler, s.beat_at,
         coalesce('last tick ' || s.age || ' ago', 'no tick yet')
           || ', due every ' || pyorch._tick_every(),
         'Look at the log of the ' || s.scheduler
           || ', and at select * from pyorch.run_log limit 5;'
    from seen s
   where s.scheduler is not null
     and s.age > s.patience
     -- an agent that took over, or was started, just now
     and coalesce(s.beat_at, '-infinity') < pyorch._now() - s.patience * 2
  union all
  select 'warning', 'pg_cron_silent', 'pyorch_tick', s.beat_at,
         'pg_cron holds our jobs but does not run them; the agent has taken over',
         'Look at cron.job_run_details and the server log: a dropped role or a lock '
           'stops every job.'
    from seen s
   where s.scheduler = 'agent'
     and s.wish = 'auto'
     and s.scheduled_at is not null;
$$;

comment on function pyorch._health_ticks() is
  'Does anybody tick, and may calls go out?';

revoke all on function pyorch._health_ticks() from public;
