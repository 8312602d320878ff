-- pyorch._set_paused(text, boolean)
-- Pause or resume a queue. The short way of a claim does not ask whether it is paused: there is
-- none while it is.
-- Calls: pyorch._queue_id, pyorch._queue_source.  Writes: pyorch.queue, function
-- pyorch._q_one_<queue>.
create or replace function pyorch._set_paused(p_queue text, p_paused boolean)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue_id constant integer := pyorch._queue_id(p_queue);
  v_is_there boolean;
begin
  update pyorch.queue q
     set paused = p_paused
   where q.queue_id = v_queue_id
     and q.paused <> p_paused
  returning q.kind = 'native'
            or exists (select 1 from pg_catalog.pg_class c where c.oid = q.relation)
       into v_is_there;
  -- nothing is claimed from a table that is gone
  if v_is_there then
    execute (select s.statement from pyorch._queue_source(v_queue_id) s where s.verb = 'one');
  end if;
end;
$$;

comment on function pyorch._set_paused(text, boolean) is
  'Pause or resume a queue.';

revoke all on function pyorch._set_paused(text, boolean) from public;
