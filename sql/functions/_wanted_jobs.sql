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
  set search_path = ''
as $$
  select j.job,
         coalesce(pyorch._cron_text(j.every, p_seconds), '* * * * *'),
         -- ticks below a minute on a pg_cron that knows only minutes: one job a minute that loops
         case
           when pyorch._cron_text(j.every, p_seconds) is null and j.job = 'pyorch_tick'
             then 'call pyorch._tick_loop()'
           else j.command
         end
    from pyorch.job j
   where j.enabled
     and pyorch._setting('scheduler') <> '"agent"';
$$;

comment on function pyorch._wanted_jobs(boolean) is
  'What pg_cron should hold for us.';

revoke all on function pyorch._wanted_jobs(boolean) from public;
