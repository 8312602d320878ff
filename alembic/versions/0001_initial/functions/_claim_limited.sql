-- pyorch._claim_limited(text, text, integer, interval)
-- A claim of a queue with a concurrency or rate limit: it first takes a place for each item, under
-- SKIP LOCKED, so that no claim waits for another one and limits are never exceeded. Places that
-- it had no item for are free again when it commits.
-- Calls: pyorch._q_claim_<queue>.  Writes: pyorch.queue_slot.
create or replace function pyorch._claim_limited(
  p_queue text,
  p_worker text,
  p_batch integer,
  p_lease interval
)
  returns table (
    item_id text,
    payload jsonb,
    attempt integer,
    receipt text,
    lease_until timestamptz
  )
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := pyorch._now();
  v_queue pyorch.queue;
  v_workers integer[];
  v_ticks integer[];
  v_got integer := 0;
begin
  select * into strict v_queue from pyorch.queue q where q.queue = p_queue;
  v_workers := pyorch._free_places(v_queue.queue_id, 'concurrency', v_now, p_batch);
  v_ticks := pyorch._free_places(v_queue.queue_id, 'rate', v_now, p_batch);
  p_batch := least(
    p_batch,
    case when v_queue.concurrency is not null then pg_catalog.cardinality(v_workers) end,
    case when v_queue.rate_limit is not null then pg_catalog.cardinality(v_ticks) end
  );
  if p_batch = 0 then
    return;
  end if;
  for item_id, payload, attempt, receipt, lease_until in
    execute 'select * from pyorch._q_claim_' || p_queue || '($1, $2, $3)'
      using p_worker, p_batch, p_lease
  loop
    v_got := v_got + 1;
    update pyorch.queue_slot s
       set receipt = _claim_limited.receipt,
           free_at = _claim_limited.lease_until
     where s.queue_id = v_queue.queue_id
       and s.limits = 'concurrency'
       and s.place = v_workers[v_got];
    return next;
  end loop;
  update pyorch.queue_slot s
     set free_at = v_now + v_queue.rate_per
   where s.queue_id = v_queue.queue_id
     and s.limits = 'rate'
     and s.place = any (v_ticks[1 : v_got]);
end;
$$;

comment on function pyorch._claim_limited(text, text, integer, interval) is
  'A claim of a queue with a concurrency or rate limit.';

revoke all on function pyorch._claim_limited(text, text, integer, interval) from public;
