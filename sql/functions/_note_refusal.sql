-- pyorch._note_refusal(pyorch.endpoint, pyorch.endpoint_state, text, bigint, timestamptz)
-- An endpoint that would be called may not be: record one refused call, and no further one while
-- the reason lasts. Without a reason: forget the last one.
-- Calls: pyorch._refuse_calls.  Writes: pyorch.call, pyorch.call_history, pyorch.endpoint_state.
create or replace function pyorch._note_refusal(
  p_endpoint pyorch.endpoint,
  p_state pyorch.endpoint_state,
  -- null: it may be called
  p_reason text,
  p_run_id bigint,
  p_now timestamptz
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_id bigint;
begin
  if p_reason is not distinct from p_state.refused_why
    -- what only a hand-over can find, only a hand-over sees mended
    or (p_reason is null and p_state.refused_late)
  then
    return;
  end if;
  if p_reason is null then
    update pyorch.endpoint_state s
       set refused_why = null, refused_since = null
     where s.endpoint_id = p_endpoint.endpoint_id;
    return;
  end if;
  insert into pyorch.call (endpoint_id, run_id, source, decided_at)
  values (p_endpoint.endpoint_id, p_run_id, 'schedule', p_now)
  returning call_id into v_id;
  perform pyorch._refuse_calls(array[v_id], array[p_reason], p_now);
end;
$$;

comment on function pyorch._note_refusal(pyorch.endpoint, pyorch.endpoint_state, text, bigint,
  timestamptz) is
  'Record, once, that an endpoint may not be called; or forget it.';

revoke all on function pyorch._note_refusal(pyorch.endpoint, pyorch.endpoint_state, text, bigint,
  timestamptz) from public;
