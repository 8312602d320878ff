-- pyorch._collect_self()
-- Sample pyorch itself: how long its runs took, how old the oldest snapshot of the server is.
-- Reads: pyorch.run, pg_stat_activity.  Calls: pyorch._record_metrics.
create or replace function pyorch._collect_self()
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
begin
  perform pyorch._record_metrics('pyorch', 'runs', (
    select pg_catalog.jsonb_build_object(
             'tick_ms', pg_catalog.avg(r.duration_ms),
             'tick_ms_max', pg_catalog.max(r.duration_ms),
             'failed', pg_catalog.count(*) filter (where not r.success)
           )
      from (
        select *
          from pyorch.run r
         order by r.run_id desc
         limit 20
      ) r
     where r.job = 'pyorch_tick'
       and r.started_at > pyorch._now() - interval '1 minute'
  ));
  perform pyorch._record_metrics('pyorch', 'server', (
    select pg_catalog.jsonb_build_object('xmin_age', pg_catalog.max(pg_catalog.age(a.backend_xmin)))
      from pg_catalog.pg_stat_activity a
     where a.pid <> pg_catalog.pg_backend_pid()
  ));
  return '{}';
end;
$$;

comment on function pyorch._collect_self() is
  'Sample pyorch itself into the time series.';

revoke all on function pyorch._collect_self() from public;
