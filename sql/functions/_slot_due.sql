-- pyorch._slot_due(pyorch.endpoint, pyorch.endpoint_state, timestamptz)
-- The slot of an endpoint's schedule that is due; null when none is. Slots that were missed count
-- as one. A schedule that lies further ahead than it can (the clock was set back) is due, or comes
-- forward.
-- Calls: pyorch._cron_next.
create or replace function pyorch._slot_due(
  p_endpoint pyorch.endpoint,
  p_state pyorch.endpoint_state,
  p_now timestamptz
)
  returns timestamptz
  language sql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select case
    when (p_state).next_due_at <= p_now then (p_state).next_due_at
    when (p_endpoint).every is not null
     and coalesce((p_state).next_due_at > p_now + (p_endpoint).every, true) then p_now
  end;
$$;

comment on function pyorch._slot_due(pyorch.endpoint, pyorch.endpoint_state, timestamptz) is
  'The slot of an endpoint''s schedule that is due now; null when none is.';

revoke all on function pyorch._slot_due(pyorch.endpoint, pyorch.endpoint_state, timestamptz)
  from public;
