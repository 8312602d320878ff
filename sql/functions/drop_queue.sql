-- pyorch.drop_queue(text, boolean)
-- Drop a native queue with all that belongs to it. Refused while items are unfinished (dead
-- letters count), unless forced.
-- Calls: pyorch._native_unfinished, pyorch._drop_queue_routines.  Writes: pyorch.queue, the
-- queue's tables.
create or replace function pyorch.drop_queue(queue text, force boolean default false)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue_id constant integer := pyorch._queue_id(drop_queue.queue);
  v_kind text;
  v_object text;
begin
  select q.kind into v_kind from pyorch.queue q where q.queue_id = v_queue_id for update;
  if v_kind <> 'native' then
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format('queue "%s" is a table of yours', drop_queue.queue),
      hint = pg_catalog.format(
        'To forget the mapping alone: select pyorch.detach_queue(%L);', drop_queue.queue
      );
  end if;
  -- its one snapshot would not see what an enqueue commits while we wait for the tables
  if not coalesce(drop_queue.force, false)
    and pg_catalog.current_setting('transaction_isolation') not like 'read %'
  then
    raise exception using
      errcode = 'PY006',
      message = 'a transaction with one snapshot cannot tell whether the queue is empty',
      hint = 'Drop it at the isolation level read committed.';
  end if;
  if not coalesce(drop_queue.force, false) and pyorch._native_unfinished(drop_queue.queue) then
    raise exception using
      errcode = 'PY006',
      message = pg_catalog.format('queue "%s" has unfinished items', drop_queue.queue),
      hint = pg_catalog.format(
        'To lose them: select pyorch.drop_queue(%L, force => true);', drop_queue.queue
      );
  end if;
  delete from pyorch.queue q where q.queue_id = v_queue_id;
  perform pyorch._drop_queue_routines(drop_queue.queue);
  foreach v_object in array pyorch._native_tables(drop_queue.queue) loop
    execute 'drop table if exists ' || v_object || ' cascade';
  end loop;
  foreach v_object in array pyorch._native_sequences(drop_queue.queue) loop
    execute 'drop sequence if exists ' || v_object;
  end loop;
end;
$$;

comment on function pyorch.drop_queue(text, boolean) is
  'Drop a native queue. Raises PY001 (an attached one), PY002, PY006 (unfinished items, or an '
  'isolation level at which they may be unseen; force => true drops them).';

revoke all on function pyorch.drop_queue(text, boolean) from public;

call pyorch._grant('admin', 'execute', 'function', 'pyorch.drop_queue(text,boolean)');
