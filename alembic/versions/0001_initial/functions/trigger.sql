-- pyorch.trigger(text, jsonb)
-- Call an endpoint now, whatever is due: schedule, backlog, rate, backoff and breaker are passed
-- over (with the breaker open it is the probe). max_in_flight is not: a busy processor is not
-- called twice.
-- Calls: pyorch._endpoint_id, pyorch._may_call, pyorch._new_calls, pyorch._request,
-- pyorch._refuse_calls.  Writes: pyorch.call.
create or replace function pyorch.trigger(
  endpoint text,
  -- null: the endpoint's own
  body jsonb default null
)
  returns bigint
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_now constant timestamptz := pyorch._now();
  e pyorch.endpoint;
  v_refused text;
  v_id bigint;
begin
  select x.* into e from pyorch.endpoint x
    where x.endpoint_id = pyorch._endpoint_id(trigger.endpoint);
  if trigger.body is not null and (e.mode = 'push' or e.method = 'GET') then
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format('endpoint "%s" takes no body of yours: %s', e.endpoint,
        case when e.mode = 'push' then 'it gets the items of its queue'
          else 'its method is GET' end),
      hint = 'Leave out the body.';
  end if;
  perform pyorch._may_call(e, true);
  v_refused := (pyorch._request(e.endpoint_id)).refused;
  if v_refused is not null then
    insert into pyorch.call (endpoint_id, source, decided_at)
    values (e.endpoint_id, 'trigger', v_now)
    returning call_id into v_id;
    perform pyorch._refuse_calls(array[v_id], array[v_refused], v_now);
    raise warning 'call % is refused: %', v_id, v_refused;
    return v_id;
  end if;
  v_id := (pyorch._new_calls(
    e, 1, null, 'trigger', pyorch._transport(),
    case when e.queue_id is not null then pyorch._queue_pending(e.queue_id, e.batch_size) end,
    (select s.breaker <> 'closed' from pyorch.endpoint_state s where s.endpoint_id = e.endpoint_id),
    v_now, trigger.body
  ))[1];
  update pyorch.endpoint_state s
     set breaker = 'half_open'
   where s.endpoint_id = e.endpoint_id
     and s.breaker = 'open';
  return v_id;
end;
$$;

comment on function pyorch.trigger(text, jsonb) is
  'Call an endpoint now, whatever is due; answers the call id. Raises PY003 (unknown), PY009 '
  '(paused), PY011 (identity), PY017 (no live '
  'transport), PY018 (busy).';

revoke all on function pyorch.trigger(text, jsonb) from public;
call pyorch._grant('operator', 'execute', 'function', 'pyorch.trigger(text, jsonb)');
