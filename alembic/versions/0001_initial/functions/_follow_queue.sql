-- pyorch._follow_queue(text, integer)
-- A queue came into being: endpoints that name it, since one of that name was dropped or detached,
-- go on with this one.
-- Calls: pyorch._option_array, pyorch._sync_queue_wake.  Writes: pyorch.endpoint, pyorch.queue.
create or replace function pyorch._follow_queue(p_queue text, p_queue_id integer)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
begin
  update pyorch.endpoint e
     set queue_id = p_queue_id
   where e.options ->> 'queue' = p_queue;
  update pyorch.endpoint e
     set fills = array(
           select case n.queue when p_queue then p_queue_id else e.fills[n.place] end
             from pg_catalog.jsonb_array_elements_text(pyorch._option_array(e.options, 'queues'))
                  with ordinality n (queue, place)
            order by n.place
         )
   where pyorch._option_array(e.options, 'queues') ? p_queue;
  perform pyorch._sync_queue_wake(array[p_queue_id]);
end;
$$;

comment on function pyorch._follow_queue(text, integer) is
  'Endpoints that name a queue that was dropped or detached go on with the new one of that name.';

revoke all on function pyorch._follow_queue(text, integer) from public;
