-- pyorch.next(text, text, integer, text[], interval)
-- Complete the last batch and claim the next one, in one transaction: one commit for each batch
-- instead of two.
-- Calls: pyorch._q_to_complete, pyorch._q_to_claim, pyorch.complete, pyorch.claim.
create or replace function pyorch.next(
  queue text,
  worker text,
  batch integer default 1,
  -- receipts of what is done
  done text[] default '{}',
  lease interval default null
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
  security definer
  set search_path = ''
as $$
declare
  v_queue_id integer;
  v_plain boolean;
  v_lease interval;
begin
  select q.queue_id,
         q.concurrency is null and q.rate_limit is null
           and not q.paused
           and next.batch between 1 and 10000,
         coalesce(next.lease, q.lease)
    into v_queue_id, v_plain, v_lease
    from pyorch.queue q
   where q.queue = next.queue;
  -- the common case: both functions of the queue, and nothing between
  if v_plain and v_lease > '0' then
    if next.done <> '{}' then
      perform pyorch._q_to_complete(v_queue_id, next.done, null);
    end if;
    return query
      select * from pyorch._q_to_claim(v_queue_id, next.worker, next.batch, v_lease);
    return;
  end if;
  if next.done <> '{}' then
    perform pyorch.complete(next.queue, next.done);
  end if;
  return query
    select c.item_id, c.payload, c.attempt, c.receipt, c.lease_until
      from pyorch.claim(next.queue, next.worker, next.batch, next.lease) c;
end;
$$;

comment on function pyorch.next(text, text, integer, text[], interval) is
  'Complete what is done and claim up to batch further items, in one transaction. Stale '
  'receipts among done are ignored, as in complete. Raises PY001, PY002.';

revoke all on function pyorch.next(text, text, integer, text[], interval) from public;

call pyorch._grant(
  'worker', 'execute', 'function', 'pyorch.next(text,text,integer,text[],interval)'
);
