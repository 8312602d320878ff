-- pyorch._queue_pending(integer, integer)
-- Items that a claim would get now, counted by index up to a cap; 0 while the queue is paused.
-- Calls: pyorch._q_pending_<queue>.  Reads: pyorch.queue.
create or replace function pyorch._queue_pending(
  p_queue_id integer,
  -- count no further
  p_cap integer default 10000
)
  returns bigint
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = ''
as $$
declare
  v_queue text;
  v_pending bigint;
begin
  select q.queue into v_queue from pyorch.queue q where q.queue_id = p_queue_id and not q.paused;
  if not found then
    return 0;
  end if;
  execute 'select pyorch._q_pending_' || v_queue || '($1)' into v_pending using p_cap;
  return v_pending;
end;
$$;

comment on function pyorch._queue_pending(integer, integer) is
  'Items that a claim would get now, counted by index up to a cap.';

revoke all on function pyorch._queue_pending(integer, integer) from public;
