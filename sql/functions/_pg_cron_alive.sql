-- pyorch._pg_cron_alive()
-- Does pg_cron tick here? A tick of its younger than three intervals says so; right after the jobs
-- were scheduled it is believed without one.
-- Reads: pyorch.job, pyorch.heartbeat.
create or replace function pyorch._pg_cron_alive()
  returns boolean
  language sql
  stable
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select coalesce(
           greatest(
             j.scheduled_at,
             (select h.beat_at from pyorch.heartbeat h where h.source = 'pg_cron')
           )
             -- no less than a scheduler needs to come up, however short the interval
             > pyorch._now() - greatest(3 * j.every, interval '15 seconds'),
           false
         )
    from pyorch.job j
   where j.job = 'pyorch_tick';
$$;

comment on function pyorch._pg_cron_alive() is
  'Is a tick of pg_cron younger than three intervals, or was it only just scheduled?';

revoke all on function pyorch._pg_cron_alive() from public;
