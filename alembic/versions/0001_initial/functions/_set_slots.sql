-- pyorch._set_slots(integer)
-- As many places as the limits of a queue ask for.
-- Reads: pyorch.queue.  Writes: pyorch.queue_slot.
create or replace function pyorch._set_slots(p_queue_id integer)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue pyorch.queue;
begin
  select * into strict v_queue from pyorch.queue q where q.queue_id = p_queue_id;
  delete from pyorch.queue_slot s
   where s.queue_id = p_queue_id
     and s.place > coalesce(
       case s.limits when 'rate' then v_queue.rate_limit else v_queue.concurrency end, 0
     );
  insert into pyorch.queue_slot (queue_id, limits, place)
  select p_queue_id, l.limits, n
    from (
      values ('concurrency', v_queue.concurrency), ('rate', v_queue.rate_limit)
    ) l (limits, places)
   cross join lateral pg_catalog.generate_series(1, l.places) n
  on conflict do nothing;
end;
$$;

comment on function pyorch._set_slots(integer) is
  'As many places as the limits of a queue ask for.';

revoke all on function pyorch._set_slots(integer) from public;
