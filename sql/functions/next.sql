-- pyorch.next(text, text, integer, text[], interval)
-- Complete the last batch and claim the next one, in one transaction: one commit for each batch
-- instead of two.
-- The planner switches are for the short ways, see pyorch._queue_source.
-- Calls: pyorch._q_to_done, pyorch._q_to_one, pyorch.complete, pyorch.claim, pyorch._refuse_lease.
create or replace function pyorch.next(
  queue text,
  worker text,
  batch integer default 1,
  -- receipts of what is done
  done text[] default '{}',
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
  v_done boolean;
  v_item pyorch.claimed;
begin
  -- an if of its own: who gives no lease, the common case, pays for no more than this
  if next.lease is not null then
    if next.lease <= '0' or next.lease > '30 days' then
      perform pyorch._refuse_lease(next.lease);
    end if;
  end if;
  if next.batch = 1 then
    -- one whose first element has another number than 1, or an array of arrays, is for complete
    if pg_catalog.cardinality(next.done) = 1 and next.done[1] is not null then
      -- assigned, though nobody reads it: perform would be a query of its own
      v_done := pyorch._q_to_done(next.queue, next.done[1], null);
    elsif next.done <> '{}' then
      perform pyorch.complete(next.queue, next.done);
    end if;
    v_item := pyorch._q_to_one(next.queue, next.worker, next.lease);
    if v_item.receipt is not null then
      return next v_item;
    end if;
    return;
  end if;
  if next.done <> '{}' then
    perform pyorch.complete(next.queue, next.done);
  end if;
  return query select * from pyorch.claim(next.queue, next.worker, next.batch, next.lease);
end;
$$;

comment on function pyorch.next(text, text, integer, text[], interval) is
  'Complete what is done and claim up to batch further items, in one transaction; batch and lease '
  'as in claim. Stale receipts among done are ignored, as in complete. Raises PY001, PY002.';

revoke all on function pyorch.next(text, text, integer, text[], interval) from public;

call pyorch._grant(
  'worker', 'execute', 'function', 'pyorch.next(text,text,integer,text[],interval)'
);
