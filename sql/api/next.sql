-- pyorch_api.next(text,text,integer,text[],interval)
-- For RPC: pyorch.next() and nothing else. Security definer, so that the caller needs no right on
-- schema pyorch.
-- Calls: pyorch.next.
create or replace function pyorch_api.next(
  queue text,
  worker text,
  batch integer default 1,
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
  set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from pyorch.next(
    next.queue,
    next.worker,
    next.batch,
    next.done,
    next.lease
  );
end;
$$;

comment on function pyorch_api.next(text,text,integer,text[],interval) is
  'Complete the last items and take the next ones: pyorch.next() for RPC.';

revoke all on function pyorch_api.next(text,text,integer,text[],interval) from public;

call pyorch._grant(
  'worker', 'execute', 'function', 'pyorch_api.next(text,text,integer,text[],interval)'
);
