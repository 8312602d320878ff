-- pyorch.detach_queue(text)
-- Forget an attached table: no row of it is touched, not even one in work; how many those are is
-- said.
-- Calls: pyorch._queue_id, pyorch._look_at_queue, pyorch._set_rpc, pyorch._set_wake_trigger,
-- pyorch._drop_queue_routines.
-- Writes: pyorch.queue, pyorch.item_state, functions of the queue.
create or replace function pyorch.detach_queue(queue text)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue_id constant integer := pyorch._queue_id(detach_queue.queue);
  v_relation text;
  v_open bigint;
begin
  select q.relation::text
    into v_relation
    from pyorch.queue q
   where q.queue_id = v_queue_id
     and q.kind = 'attached'
     for update;
  if not found then
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format(
        'queue "%s" is native: its table is pyorch''s own', detach_queue.queue),
      hint = pg_catalog.format('select pyorch.drop_queue(%L);', detach_queue.queue);
  end if;
  v_open := (pyorch._look_at_queue(v_queue_id) ->> 'processing')::bigint;
  perform pyorch._set_rpc(v_queue_id, false);
  perform pyorch._set_wake_trigger(v_queue_id, false);
  perform pyorch._drop_queue_routines(detach_queue.queue);
  delete from pyorch.item_state s where s.queue_id = v_queue_id;
  delete from pyorch.queue q where q.queue_id = v_queue_id;
  if v_open > 0 then
    raise warning using
      message = pg_catalog.format(
        '%s items of %s stay in processing: their receipts are void, nobody unlocks them',
        v_open, v_relation
      ),
      hint = 'Attach the table again to have them unlocked by their age.';
  end if;
  return pg_catalog.jsonb_build_object(
    'queue', detach_queue.queue, 'relation', v_relation, 'left_in_processing', v_open);
end;
$$;

comment on function pyorch.detach_queue(text) is
  'Forget an attached queue; its table is not touched. Returns {queue, relation, '
  'left_in_processing}. Raises PY001 (native), PY002 (no such queue).';

revoke all on function pyorch.detach_queue(text) from public;

call pyorch._grant('admin', 'execute', 'function', 'pyorch.detach_queue(text)');
