-- pyorch.call_history: the ledger's past, ended calls, appended once and never changed. Partitioned
-- by the day of the decision (pyorch._call_partitions makes them ahead,
-- pyorch._drop_call_partitions drops them); the default one only catches what no partition was made
-- for.
create table pyorch.call_history (
  call_id bigint not null,
  endpoint_id integer not null,
  -- the name at that time: it outlives drop_endpoint
  endpoint text not null,
  run_id bigint,
  source text not null,
  attempt integer not null,
  idempotency_key uuid not null,
  body jsonb,
  decided_at timestamptz not null,
  transport text,
  agent_id uuid,
  sent_at timestamptz,
  settled_at timestamptz,
  finished_at timestamptz,
  outcome text not null,
  status_code integer,
  error text,
  latency_ms double precision,
  answer_head text,
  primary key (call_id, decided_at)
)
partition by range (decided_at);

create table pyorch.call_history_default partition of pyorch.call_history default;

revoke all on table pyorch.call_history, pyorch.call_history_default from public;
