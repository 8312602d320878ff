-- pyorch._rebuild_queue(integer)
-- Make all functions of one queue anew from their templates and the queue's options.
-- Calls: pyorch._queue_source, pyorch._close_off, pyorch._rebuild_dispatch.  Writes: functions
-- pyorch._q_<verb>_<queue>.
create or replace function pyorch._rebuild_queue(p_queue_id integer)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v record;
begin
  for v in select s.routine, s.statement from pyorch._queue_source(p_queue_id) s loop
    execute v.statement;
    call pyorch._close_off('routine', v.routine);
  end loop;
  perform pyorch._rebuild_dispatch();
end;
$$;

comment on function pyorch._rebuild_queue(integer) is
  'Make all functions of one queue anew.';

revoke all on function pyorch._rebuild_queue(integer) from public;
