-- pyorch._due_calls(integer, timestamptz)
-- Lock calls that wait for their hand-over and may go now, the oldest first; what another session
-- has locked is skipped. While a breaker is not closed only its probe may go.
-- Reads: pyorch.call, pyorch.endpoint, pyorch.endpoint_state (row locks on pyorch.call).
create or replace function pyorch._due_calls(p_batch integer, p_now timestamptz)
  returns bigint[]
  language sql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  select array(
    select c.call_id
      from pyorch.live_call c
      join pyorch.endpoint e on e.endpoint_id = c.endpoint_id
      join pyorch.endpoint_state s on s.endpoint_id = c.endpoint_id
     where c.sent_at is null
       and c.outcome is null
       and (c.not_before is null or c.not_before <= p_now)
       and (s.breaker = 'closed' or c.probe)
       and not e.paused
     order by c.call_id
     limit p_batch
       for update of c skip locked
  );
$$;

comment on function pyorch._due_calls(integer, timestamptz) is
  'Lock and name the calls that may be handed over now.';

revoke all on function pyorch._due_calls(integer, timestamptz) from public;
