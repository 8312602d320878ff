-- pyorch._queue_pending(integer, integer, boolean)
-- Items that a claim would get now, counted by index up to a cap; 0 while the queue is paused,
-- null where the table cannot be read (gone, altered: pyorch.health says so; other queues go on).
-- While its table is locked: the last known number, and the queue's name in the setting
-- pyorch.blind. What is seen is remembered for that, every few seconds.
-- Calls: pyorch._q_pending_<queue>, pyorch._keep_depth, pyorch._now.  Reads: pyorch.queue,
-- pyorch.queue_depth.
create or replace function pyorch._queue_pending(
  p_queue_id integer,
  -- count no further
  p_cap integer default 10000,
  -- count what a paused queue holds, too
  p_paused boolean default false
)
  returns bigint
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue text;
  v_pending bigint;
  v_known record;
begin
  select q.queue
    into v_queue
    from pyorch.queue q
   where q.queue_id = p_queue_id
     and (p_paused or not q.paused);
  if not found then
    return 0;
  end if;
  execute 'select pyorch._q_pending_' || v_queue || '($1)' into v_pending using p_cap;
  select * into v_known from pyorch.queue_depth d where d.queue_id = p_queue_id;
  if not found
    or v_known.at not between pyorch._now() - interval '5 seconds' and pyorch._now()
    or (v_known.pending = 0) <> (v_pending = 0)
  then
    perform pyorch._keep_depth(p_queue_id, pg_catalog.jsonb_build_object(
      'pending', case when v_pending < p_cap then v_pending
        else greatest(v_pending, v_known.pending) end,
      'estimated', true
    ));
  end if;
  return v_pending;
exception
  -- somebody alters the table: decide by what was seen last, and let the run say so
  when lock_not_available then
    perform pg_catalog.set_config(
      'pyorch.blind',
      pg_catalog.concat_ws(
        ', ', nullif(pg_catalog.current_setting('pyorch.blind', true), ''), v_queue
      ),
      true
    );
    return coalesce(
      (select least(d.pending, p_cap) from pyorch.queue_depth d where d.queue_id = p_queue_id), 0
    );
  when others then
    return null;
end;
$$;

comment on function pyorch._queue_pending(integer, integer, boolean) is
  'Items that a claim would get now, counted by index up to a cap; null: they cannot be read.';

revoke all on function pyorch._queue_pending(integer, integer, boolean) from public;
