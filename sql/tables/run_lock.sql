-- pyorch.run_lock: single flight, one row for each job. Taken with skip locked; a tick keeps it
-- over its commits by
-- `until`, orchestrate() by the row lock of its one transaction. Free when `until` has passed: a
-- holder that died silences nobody for longer than that. orchestrate() and tick() share the row of
-- pyorch_tick.
create table pyorch.run_lock (
  job text primary key,
  run_id bigint,
  pid integer,
  until timestamptz,
  -- when the last run of the job began: the rate gate against replay bursts of pg_cron
  started_at timestamptz,
  -- the last slot that was run, or given up (pyorch.job.missed)
  slot timestamptz
)
with (fillfactor = 50);

insert into pyorch.run_lock (job)
values
  ('pyorch_tick'),
  ('pyorch_metrics'),
  ('pyorch_maintain');

revoke all on table pyorch.run_lock from public;
