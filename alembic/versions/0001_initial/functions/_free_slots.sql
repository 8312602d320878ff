-- pyorch._free_slots(text, text[])
-- Items have left the work: their places of the concurrency limit are free.
-- Reads: pyorch.queue.  Writes: pyorch.queue_slot.
create or replace function pyorch._free_slots(p_queue text, p_receipts text[])
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
begin
  update pyorch.queue_slot s
     set receipt = null,
         free_at = '-infinity'
    from pyorch.queue q
   where q.queue = p_queue
     and s.queue_id = q.queue_id
     and s.receipt = any (p_receipts);
end;
$$;

comment on function pyorch._free_slots(text, text[]) is
  'Free the places of items that have left the work.';

revoke all on function pyorch._free_slots(text, text[]) from public;
