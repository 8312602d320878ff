-- pyorch._held_back(pyorch.endpoint, pyorch.endpoint_state, timestamptz)
-- Why an endpoint gets no call now, whatever waits for it: paused, backoff, breaker. Null when
-- nothing holds it back.
-- Reads: pyorch.call.
create or replace function pyorch._held_back(
  p_endpoint pyorch.endpoint,
  p_state pyorch.endpoint_state,
  p_now timestamptz
)
  returns text
  language sql
  stable
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  select case
    when (p_endpoint).paused then 'paused'
    when (p_state).breaker = 'open' and (p_state).breaker_until > p_now then 'breaker is open'
    when (p_state).breaker = 'half_open' and exists (
      select 1 from pyorch.live_call c where c.endpoint_id = (p_endpoint).endpoint_id and c.probe
    ) then 'breaker waits for its probe'
    when (p_state).breaker = 'closed' and (p_state).hold_until > p_now then 'backoff'
  end;
$$;

comment on function pyorch._held_back(pyorch.endpoint, pyorch.endpoint_state, timestamptz) is
  'Why an endpoint gets no call now: paused, backoff, breaker; null when nothing holds it back.';

revoke all on function pyorch._held_back(pyorch.endpoint, pyorch.endpoint_state, timestamptz)
  from public;
