-- pyorch._hold_slots(text, text[], interval)
-- Leases were extended: the places of the concurrency limit are taken as long.
-- Reads: pyorch.queue.  Writes: pyorch.queue_slot.
create or replace function pyorch._hold_slots(p_queue text, p_receipts text[], p_lease interval)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_until constant timestamptz := pyorch._now() + p_lease;
begin
  update pyorch.queue_slot s
     set free_at = v_until
    from pyorch.queue q
   where q.queue = p_queue
     and s.queue_id = q.queue_id
     and s.receipt = any (p_receipts);
end;
$$;

comment on function pyorch._hold_slots(text, text[], interval) is
  'Keep the places of items whose leases were extended.';

revoke all on function pyorch._hold_slots(text, text[], interval) from public;
