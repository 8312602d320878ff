-- pyorch.claim(text, text, integer, interval)
-- Take the next items of a queue, each with a lease and a receipt. Nothing there, or paused: no
-- rows.
-- The planner switches are for the short ways, see pyorch._queue_source.
-- Calls: pyorch._q_to_one, pyorch._q_to_claim, pyorch._claim_limited, pyorch._refuse_lease.
-- Reads: pyorch.queue.
create or replace function pyorch.claim(
  queue text,
  -- who claims; kept with the item, for people
  worker text,
  batch integer default 1,
  -- null: the queue's own
  lease interval default null
)
  returns setof pyorch.claimed
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off
as $$
declare
  v_item pyorch.claimed;
  v_paused boolean;
  v_limited boolean;
  v_lease interval;
begin
  -- an if of its own: who gives no lease, the common case, pays for no more than this
  if claim.lease is not null then
    if claim.lease <= '0' or claim.lease > '30 days' then
      perform pyorch._refuse_lease(claim.lease);
    end if;
  end if;
  -- one item is what most workers ask for: nothing is looked at twice
  if claim.batch = 1 then
    v_item := pyorch._q_to_one(claim.queue, claim.worker, claim.lease);
    if v_item.receipt is not null then
      return next v_item;
    end if;
    return;
  end if;

  select q.paused, coalesce(claim.lease, q.lease),
         coalesce(q.concurrency, q.rate_limit) is not null
    into v_paused, v_lease, v_limited
    from pyorch.queue q
   where q.queue = claim.queue;
  if not found then
    perform pyorch._queue_id(claim.queue);
  end if;
  if coalesce(claim.batch, 0) not between 1 and 10000 then
    raise exception using
      errcode = 'PY001',
      message = 'batch must be from 1 to 10000',
      hint = 'For example: select * from pyorch.claim(''queue'', ''worker'', batch => 10);';
  end if;
  if v_paused then
    return;
  end if;
  if v_limited then
    return query
      select * from pyorch._claim_limited(claim.queue, claim.worker, claim.batch, v_lease);
    return;
  end if;
  return query select * from pyorch._q_to_claim(claim.queue, claim.worker, claim.batch, v_lease);
end;
$$;

comment on function pyorch.claim(text, text, integer, interval) is
  'Take up to batch (1 to 10000) items; lease: until when the worker must complete, fail, '
  'release or heartbeat (null: the queue''s), 30 days at most. A paused queue gives none. Raises '
  'PY001 (argument), PY002 (no such queue).';

revoke all on function pyorch.claim(text, text, integer, interval) from public;

call pyorch._grant('worker', 'execute', 'function', 'pyorch.claim(text,text,integer,interval)');
