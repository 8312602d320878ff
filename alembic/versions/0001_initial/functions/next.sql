-- pyorch.next(text, text, integer, text[], interval)
-- Complete the last batch and claim the next one, in one transaction: one commit for each batch
-- instead of two.
-- Calls: pyorch.complete or its queue's function, pyorch.claim.
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
begin
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
