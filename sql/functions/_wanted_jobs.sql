-- pyorch._wanted_jobs(boolean)
-- What pg_cron should hold for us: name, schedule, command. Empty when the agent is the chosen
-- scheduler.
-- Calls: pyorch._setting, pyorch._cron_text.  Reads: pyorch.job.
create or replace function pyorch._wanted_jobs(
  -- does that pg_cron know schedules in seconds?
  p_seconds boolean
)
  returns table (job text, schedule text, command text)
  language sql
  stable
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select j.job,
         case
           -- soon after a gap, whatever the interval
           when m.makes_up and j.every > interval '5 minutes' then '2-59/5 * * * *'
           else coalesce(m.schedule, '* * * * *')
         end,
         -- ticks below a minute on a pg_cron that knows only minutes: one job a minute that loops
         case
           when m.schedule is null and j.job = 'pyorch_tick' then 'call pyorch._tick_loop()'
           when m.makes_up then pg_catalog.format('call pyorch._run_due(%L)', j.job)
           else j.command
         end
    from pyorch.job j
   cross join lateral (
     select pyorch._cron_text(j.every, p_seconds) as schedule,
            -- the next slot of a job that is due all the time is as good as the one it missed
            case j.missed
              when 'each' then true
              when 'once' then j.every > interval '5 minutes'
              else false
            end as makes_up
   ) m
   where j.enabled
     and pyorch._setting('scheduler') <> '"agent"';
$$;

comment on function pyorch._wanted_jobs(boolean) is
  'What pg_cron should hold for us.';

revoke all on function pyorch._wanted_jobs(boolean) from public;
