-- pyorch._wake_after(bigint[])
-- Calls that are no longer busy: wake their processor again at once, if it wants that and the queue
-- moved. Without that condition an endpoint that answers 200 and does nothing would be called in a
-- loop.
-- Calls: pyorch._queue_token, pyorch._wake.
create or replace function pyorch._wake_after(p_call_ids bigint[])
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue_id integer;
begin
  -- an enqueue earlier in this transaction may have found the processor busy
  perform pg_catalog.set_config('pyorch.waked', '', true);
  for v_queue_id in
    select e.queue_id
      from pyorch.call c
      join pyorch.endpoint e on e.endpoint_id = c.endpoint_id
     where c.call_id = any (p_call_ids)
       and e.wake_at_once
       and c.finished_at is not null
       and c.sent_at is not null
     group by e.queue_id
    having pg_catalog.bool_or(c.worked) or min(c.token) < pyorch._queue_token(e.queue_id)
  loop
    perform pyorch._wake(v_queue_id);
  end loop;
end;
$$;

comment on function pyorch._wake_after(bigint[]) is
  'Wake processors whose calls are over and whose queue moved.';

revoke all on function pyorch._wake_after(bigint[]) from public;
