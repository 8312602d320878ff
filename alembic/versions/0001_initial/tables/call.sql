-- pyorch.call: the ledger's present, calls that are open (no outcome yet) or busy (finished_at is
-- null). It stays tiny, so that every decision can read it whole. A call that is neither any more
-- moves to pyorch.call_history. One logged sequence numbers both.
create sequence pyorch.call_id as bigint;

create table pyorch.call (
  call_id bigint primary key default pg_catalog.nextval('pyorch.call_id'),
  endpoint_id integer not null,
  run_id bigint,
  -- who decided: schedule | wake | trigger | retry | direct
  source text not null,
  attempt integer not null default 1,
  idempotency_key uuid not null default pg_catalog.gen_random_uuid(),
  -- what trigger gave; null: the endpoint's own body
  body jsonb,
  -- a retry waits until then
  not_before timestamptz,
  -- the one call that may go out while the breaker is not closed
  probe boolean not null default false,
  decided_at timestamptz not null,
  -- hand-over: fixed from here on
  transport text,
  agent_id uuid,
  sent_at timestamptz,
  -- no answer by then: lost
  deadline timestamptz,
  busy_until timestamptz,
  -- pg_net: an id means nothing without its epoch (it restarts after a crash); handed_at is wall
  -- clock, for the index on created
  epoch bigint,
  net_request_id bigint,
  handed_at timestamptz,
  -- the queue's claim counter and backlog at hand-over, and since when nothing that was claimed
  -- later is in work
  token bigint,
  pending bigint,
  idle_since timestamptz,
  -- items claimed since hand-over were seen in work: shows progress where other code claims, which
  -- moves no counter
  worked boolean not null default false,
  -- push: what it carries
  receipts text[],
  -- what Retry-After asked for
  retry_in interval,
  settled_at timestamptz,
  -- no longer busy: finish_call, a final answer, a queue that came to rest, or max_busy
  finished_at timestamptz,
  outcome text
    constraint outcome_is_known
      check (outcome in ('ok', 'failed', 'timed_out', 'lost', 'refused')),
  status_code integer,
  error text,
  latency_ms double precision,
  answer_head text
)
with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

alter sequence pyorch.call_id owned by pyorch.call.call_id;

revoke all on table pyorch.call from public;
