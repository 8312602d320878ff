-- pyorch.finish_call(bigint, text)
-- A processor says that its work for a call is over, well or with an error: the call is no longer
-- busy, and the next one may go out. Twice is harmless, and so is one that is over for another
-- reason.
-- Calls: pyorch._end_calls, pyorch._wake_after.  Writes: pyorch.call, pyorch.call_history,
-- pyorch.endpoint_state.
create or replace function pyorch.finish_call(
  -- as in the header Pyorch-Call
  call_id bigint,
  -- null: it went well
  error text default null
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_now constant timestamptz := pyorch._now();
begin
  update pyorch.call c
     set finished_at = v_now,
         error = coalesce(left(finish_call.error, 500), c.error),
         -- what was ok or timed out until now; without an outcome yet, the answer will see the
         -- error
         outcome = case
           when c.outcome is not null and finish_call.error is not null then 'failed'
           else c.outcome
         end
   where c.call_id = finish_call.call_id
     and c.sent_at is not null
     and c.finished_at is null;
  if found then
    perform pyorch._wake_after(array[finish_call.call_id]);
    perform pyorch._end_calls(array[finish_call.call_id], v_now);
    return;
  end if;
  if not exists (select 1 from pyorch.call c where c.call_id = finish_call.call_id)
     and not exists (select 1 from pyorch.call_history h where h.call_id = finish_call.call_id) then
    raise exception using
      errcode = 'PY016',
      message = pg_catalog.format('there is no call %s', finish_call.call_id),
      hint = 'Give the number of the header Pyorch-Call. See: select * from pyorch.call_log order '
             'by call_id desc limit 20;';
  end if;
end;
$$;

comment on function pyorch.finish_call(bigint, text) is
  'The work for a call is over (error: it went wrong): the call is no longer busy. Twice is '
  'harmless. Raises PY016 when there is no such call.';

revoke all on function pyorch.finish_call(bigint, text) from public;
call pyorch._grant('worker', 'execute', 'function', 'pyorch.finish_call(bigint, text)');
