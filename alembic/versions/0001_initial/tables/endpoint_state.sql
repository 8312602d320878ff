-- pyorch.endpoint_state: what an endpoint does at the moment, one small row each. Its row lock
-- (SKIP LOCKED) is what keeps two deciders from one endpoint. Nothing but the key is indexed, so
-- that every update is HOT.
create table pyorch.endpoint_state (
  endpoint_id integer primary key references pyorch.endpoint on delete cascade,
  -- when dispatch looked last: what a run had no time for comes first in the next one
  looked_at timestamptz,
  -- the schedule's next slot; null: due now
  next_due_at timestamptz,
  last_outcome text,
  -- of the last call that went wrong
  last_error text,
  last_status integer,
  last_call_at timestamptz,
  failures_in_row integer not null default 0,
  failing_since timestamptz,
  -- backoff and Retry-After hold for the whole endpoint, not for one call alone
  hold_until timestamptz,
  breaker text not null default 'closed'
    constraint breaker_is_known check (breaker in ('closed', 'open', 'half_open')),
  -- open: the time of the next probe
  breaker_until timestamptz,
  -- why the last call was refused, while that lasts: it is recorded once
  refused_why text,
  refused_since timestamptz,
  -- found at a hand-over: only the next one that goes well forgets it, for no decision sees it
  refused_late boolean not null default false,
  -- token bucket of the rate limit
  rate_left double precision,
  rate_at timestamptz,
  -- successful calls in a row after which the queue had not moved: a silent stall
  idle_calls integer not null default 0,
  stalled_since timestamptz
)
with (fillfactor = 50);

revoke all on table pyorch.endpoint_state from public;
