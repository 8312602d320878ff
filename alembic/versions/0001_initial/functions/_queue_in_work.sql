-- pyorch._queue_in_work(integer, bigint, timestamptz)
-- Is any item that was claimed after a token (or a time, where other code claims) still in work?
-- Null: nobody can tell. The table is locked, gone or altered (pyorch.health says so), and calls of
-- other queues must not wait for that.
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
  v_relation regclass;
  v_in_work boolean;
begin
  select q.queue, q.relation into v_queue, v_relation
    from pyorch.queue q
   where q.queue_id = p_queue_id;
  if found then
    -- many calls may ask about one table: none of them waits for whoever alters it
    execute pg_catalog.format('lock table only %s in access share mode nowait', v_relation);
    execute 'select pyorch._q_in_work_' || v_queue || '($1, $2)'
      into v_in_work
      using p_token, p_since;
  end if;
  return coalesce(v_in_work, false);
exception
  when others then
    return null;
end;
$$;

comment on function pyorch._queue_in_work(integer, bigint, timestamptz) is
  'Whether any item that was claimed after a token or time is still in work; null: unknown.';

revoke all on function pyorch._queue_in_work(integer, bigint, timestamptz) from public;
