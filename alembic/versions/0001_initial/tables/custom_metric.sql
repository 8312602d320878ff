-- pyorch.custom_metric: SELECTs of the user that pyorch.collect_metrics() samples. They come
-- through the CLI, which
-- checks them; they are never run by orchestrate() or tick().
create table pyorch.custom_metric (
  metric text primary key,
  -- one read-only SELECT: one row and column, or rows (subject, value)
  query text not null,
  every interval not null default '1 minute',
  -- a tick cancels the query when it has run for longer
  time_limit interval not null default '5 seconds',
  tried_at timestamptz,
  worked_at timestamptz,
  duration_ms double precision,
  error text,
  -- while it runs: who, since when (by the wall clock)
  pid integer,
  running_since timestamptz
);

revoke all on table pyorch.custom_metric from public;
