-- pyorch.resume_endpoint(text)
-- End a pause, and reset what failures have built up: breaker closed, no backoff, no refusal
-- remembered. A retry that waits goes out now.
-- Calls: pyorch._endpoint_id.  Writes: pyorch.endpoint, pyorch.endpoint_state, pyorch.call.
create or replace function pyorch.resume_endpoint(endpoint text)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_id constant integer := pyorch._endpoint_id(resume_endpoint.endpoint);
begin
  update pyorch.endpoint x set paused = false where x.endpoint_id = v_id and x.paused;
  update pyorch.endpoint_state s
     set failures_in_row = 0,
         failing_since = null,
         hold_until = null,
         breaker = 'closed',
         breaker_until = null,
         refused_why = null,
         refused_since = null,
         idle_calls = 0,
         stalled_since = null
   where s.endpoint_id = v_id;
  update pyorch.call c
     set not_before = null
   where c.call_id = any (array(
     select w.call_id
       from pyorch.live_call w
      where w.endpoint_id = v_id
        and w.sent_at is null
        and w.not_before is not null
        -- one that is locked is being sent; who holds a state waits for no call
        for update skip locked
   ));
end;
$$;

comment on function pyorch.resume_endpoint(text) is
  'End the pause of an endpoint; also the manual reset of its breaker and backoff. Raises PY003 '
  'when unknown.';

revoke all on function pyorch.resume_endpoint(text) from public;
call pyorch._grant('operator', 'execute', 'function', 'pyorch.resume_endpoint(text)');
