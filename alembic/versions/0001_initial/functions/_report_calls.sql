-- pyorch._report_calls(uuid, jsonb)
-- An agent reports answers; what they mean is decided here. Takes a report twice without harm: only
-- a call that is out with this very agent and has no outcome yet is touched. A null agent reports
-- direct calls.
-- Calls: pyorch._apply_answers.
create or replace function pyorch._report_calls(
  p_agent uuid,
  -- array of {call_id, status_code, error, timed_out, latency_ms, head (hex of the first 200
  -- bytes), body (push), retry_after}
  p_answers jsonb
)
  returns void
  language sql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  select pyorch._apply_answers(
    case when p_agent is null then 'direct' else 'agent' end, p_agent, p_answers, pyorch._now()
  );
$$;

comment on function pyorch._report_calls(uuid, jsonb) is
  'Report the answers of calls to the ledger. For the transport alone.';

revoke all on function pyorch._report_calls(uuid, jsonb) from public;
call pyorch._grant('admin', 'execute', 'function', 'pyorch._report_calls(uuid, jsonb)');
