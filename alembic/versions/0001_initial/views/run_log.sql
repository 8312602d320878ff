-- pyorch.run_log: the runs of the orchestrator and of the other jobs, the newest first.
create view pyorch.run_log as
  select r.run_id,
         r.source,
         r.started_at,
         r.duration_ms,
         r.success,
         r.steps,
         r.errors,
         r.job,
         r.ended_at
    from pyorch.run r
   order by r.run_id desc;

comment on view pyorch.run_log is
  'Runs, the newest first. source: pg_cron | agent | cli | sql.'
  ' success is null while a run is at work.';

revoke all on table pyorch.run_log from public;

call pyorch._grant('viewer', 'select', 'table', 'pyorch.run_log');
