-- pyorch._queue_in_work(integer, bigint, timestamptz)
-- Is any item that was claimed after a token (or a time, where other code claims) still in work?
-- Calls: pyorch._q_in_work_<queue>.  Reads: pyorch.queue.
create or replace function pyorch._queue_in_work(
  p_queue_id integer,
  -- pyorch._queue_token of then
  p_token bigint,
  p_since timestamptz
)
  returns boolean
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue text;
  v_in_work boolean;
begin
  select q.queue into v_queue from pyorch.queue q where q.queue_id = p_queue_id;
  if found then
    execute 'select pyorch._q_in_work_' || v_queue || '($1, $2)'
      into v_in_work
      using p_token, p_since;
  end if;
  return coalesce(v_in_work, false);
end;
$$;

comment on function pyorch._queue_in_work(integer, bigint, timestamptz) is
  'Whether any item that was claimed after a token or time is still in work.';

revoke all on function pyorch._queue_in_work(integer, bigint, timestamptz) from public;
