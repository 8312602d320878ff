-- pyorch._set_intervals(boolean)
-- Bring intervals and policies of pyorch.job in line with the settings. A tick that nobody set:
-- every 10 seconds, every minute where pg_cron knows only minutes.
-- Calls: pyorch._setting.  Writes: pyorch.job.
create or replace function pyorch._set_intervals(
  -- the scheduler knows only minutes
  p_minutes boolean
)
  returns void
  language sql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  update pyorch.job j
     set every = w.every,
         missed = w.missed
    from (
      select v.job,
             v.every::interval as every,
             pyorch._setting('missed') ->> v.job as missed
        from (
          values
            (
              'pyorch_tick',
              coalesce(
                pyorch._setting('tick') #>> '{}',
                case when p_minutes then '1 minute' else '10 seconds' end
              )
            ),
            ('pyorch_metrics', pyorch._setting('metrics_every') #>> '{}'),
            ('pyorch_maintain', pyorch._setting('maintain_every') #>> '{}')
        ) v (job, every)
    ) w
   where j.job = w.job
     and (j.every, j.missed) is distinct from (w.every, w.missed);
$$;

comment on function pyorch._set_intervals(boolean) is
  'Bring intervals and policies of the jobs in line with the settings.';

revoke all on function pyorch._set_intervals(boolean) from public;
