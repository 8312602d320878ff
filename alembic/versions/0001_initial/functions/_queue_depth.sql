-- pyorch._queue_depth(integer)
-- How deep a queue is, at a cost that does not grow with it: exact up to a cap, beyond it
-- estimated, and marked so.
-- Calls: pyorch._q_depth_<queue>.  Reads: pyorch.queue.
create or replace function pyorch._queue_depth(p_queue_id integer)
  returns table (
    pending bigint,
    processing bigint,
    dead bigint,
    oldest_pending_seconds double precision,
    estimated boolean
  )
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue text;
begin
  select q.queue into v_queue from pyorch.queue q where q.queue_id = p_queue_id;
  if found then
    return query execute 'select * from pyorch._q_depth_' || v_queue || '()';
  end if;
end;
$$;

comment on function pyorch._queue_depth(integer) is
  'How deep a queue is: exact up to a cap, then estimated. Bounded cost; never waits for a '
  'lock.';

revoke all on function pyorch._queue_depth(integer) from public;
