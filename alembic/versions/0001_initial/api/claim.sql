-- pyorch_api.claim(text,text,integer,interval)
-- For RPC: pyorch.claim() and nothing else. Security definer, so that the caller needs no right on
-- schema pyorch.
-- Calls: pyorch.claim.
create or replace function pyorch_api.claim(
  queue text,
  worker text,
  batch integer default 1,
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
  return query select * from pyorch.claim(claim.queue, claim.worker, claim.batch, claim.lease);
end;
$$;

comment on function pyorch_api.claim(text,text,integer,interval) is
  'Take the next items of a queue: pyorch.claim() for RPC.';

revoke all on function pyorch_api.claim(text,text,integer,interval) from public;

call pyorch._grant('worker', 'execute', 'function', 'pyorch_api.claim(text,text,integer,interval)');
