-- pyorch.retry_call(bigint)
-- Send an ended call again: a new row, the same idempotency key and body, the next attempt. A
-- receiver that honours the key and did its work does nothing.
-- Calls: pyorch._may_call, pyorch._new_calls.  Writes: pyorch.call.
create or replace function pyorch.retry_call(call_id bigint)
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
  h record;
  e pyorch.endpoint;
  v_id bigint;
begin
  select x.endpoint_id, x.idempotency_key, x.run_id, x.body, x.endpoint
    into h
    from pyorch.call_history x
   where x.call_id = retry_call.call_id;
  if not found then
    raise exception using
      errcode = case when exists (
        select 1 from pyorch.call c where c.call_id = retry_call.call_id
      ) then 'PY018' else 'PY016' end,
      message = pg_catalog.format('there is no ended call %s', retry_call.call_id),
      hint = 'One that is open or busy cannot be retried. See: select * from pyorch.call_log order '
             'by call_id desc limit 20;';
  end if;
  select x.* into e from pyorch.endpoint x where x.endpoint_id = h.endpoint_id;
  if not found then
    perform pyorch._endpoint_id(h.endpoint);
  end if;
  perform pyorch._may_call(e, true);
  insert into pyorch.call (endpoint_id, run_id, source, attempt, idempotency_key, body, decided_at,
    probe)
  select e.endpoint_id, h.run_id, 'retry',
         1 + greatest(
           (select max(x.attempt) from pyorch.call_history x
             where x.idempotency_key = h.idempotency_key),
           (select max(c.attempt) from pyorch.call c where c.idempotency_key = h.idempotency_key)
         ),
         h.idempotency_key, h.body, v_now, true
  returning call_id into v_id;
  if pyorch._transport() = 'pg_net' then
    perform pyorch._hand_to_net(array[v_id], v_now);
  else
    perform pg_catalog.pg_notify('pyorch_calls', '');
  end if;
  return v_id;
end;
$$;

comment on function pyorch.retry_call(bigint) is
  'Send an ended call again with the same idempotency key; answers the new call id. Raises PY016 '
  '(no such call), PY018 (open or busy), as trigger.';

revoke all on function pyorch.retry_call(bigint) from public;
call pyorch._grant('operator', 'execute', 'function', 'pyorch.retry_call(bigint)');
