-- pyorch._free_places(integer, text, timestamptz, integer)
-- Lock and return up to a batch of places that are free now; none where the queue has no such
-- limit.
-- Reads: pyorch.queue, pyorch.queue_slot.
create or replace function pyorch._free_places(
  p_queue_id integer,
  -- concurrency | rate
  p_limits text,
  p_now timestamptz,
  p_batch integer
)
  returns integer[]
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select s.place
      from pyorch.queue_slot s
     where s.queue_id = p_queue_id
       and s.limits = p_limits
       and (
         s.free_at <= p_now
         -- further ahead than the rate says: the clock was set back, or the rate is a new one
         or p_limits = 'rate'
         and s.free_at > p_now + (
           select q.rate_per from pyorch.queue q where q.queue_id = p_queue_id
         )
       )
     order by s.place
     limit p_batch
       for update skip locked
  );
end;
$$;

comment on function pyorch._free_places(integer, text, timestamptz, integer) is
  'Lock and return up to a batch of places of a limit that are free now.';

revoke all on function pyorch._free_places(integer, text, timestamptz, integer) from public;
