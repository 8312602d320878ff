-- pyorch.heartbeat(text, text[], interval)
-- Still at work: the leases of these receipts run from now again.
-- Calls: pyorch._q_heartbeat_<queue>, pyorch._hold_slots, pyorch._refuse_lease.
-- Reads: pyorch.queue.
create or replace function pyorch.heartbeat(
  queue text,
  receipts text[],
  -- null: the queue's own
  lease interval default null
)
  returns setof text
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_lease interval;
  v_limited boolean;
  v_held text[];
begin
  select coalesce(heartbeat.lease, q.lease), q.concurrency is not null
    into v_lease, v_limited
    from pyorch.queue q
   where q.queue = heartbeat.queue;
  if not found then
    perform pyorch._queue_id(heartbeat.queue);
  end if;
  if v_lease <= '0' or v_lease > '30 days' then
    perform pyorch._refuse_lease(v_lease);
  end if;
  execute 'select array(select pyorch._q_heartbeat_' || heartbeat.queue || '($1, $2))'
    into v_held
    using heartbeat.receipts, v_lease;
  if v_limited then
    perform pyorch._hold_slots(heartbeat.queue, v_held, v_lease);
  end if;
  return query select r from pg_catalog.unnest(v_held) r;
end;
$$;

comment on function pyorch.heartbeat(text, text[], interval) is
  'Extend leases to now + lease (null: the queue''s), 30 days at most; returns the receipts that '
  'are still held. Stop work on the others. Raises PY001, PY002.';

revoke all on function pyorch.heartbeat(text, text[], interval) from public;

call pyorch._grant('worker', 'execute', 'function', 'pyorch.heartbeat(text,text[],interval)');
