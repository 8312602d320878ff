-- pyorch.run: every execution of the orchestrator and of the other jobs. Read it through
-- pyorch.run_log.
create table pyorch.run (
  run_id bigint generated always as identity primary key,
  -- pyorch_tick (also for orchestrate()), pyorch_metrics, pyorch_maintain
  job text not null,
  source text not null
    constraint source_is_known check (source in ('pg_cron', 'agent', 'cli', 'sql')),
  pid integer not null,
  started_at timestamptz not null,
  -- null: at work, or it died
  ended_at timestamptz,
  duration_ms double precision,
  success boolean,
  -- [{name, state: ok | skipped | failed, ms, …}]
  steps jsonb not null default '[]',
  -- [{step, message, code}]
  errors jsonb not null default '[]'
)
with (fillfactor = 80);

revoke all on table pyorch.run from public;
