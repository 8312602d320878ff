-- pyorch_api.heartbeat(text,text[],interval)
-- For RPC: pyorch.heartbeat() and nothing else. Security definer, so that the caller needs no right
-- on schema pyorch.
-- Calls: pyorch.heartbeat.
create or replace function pyorch_api.heartbeat(
  queue text,
  receipts text[],
  lease interval default null
)
  returns setof text
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  return query select r from pyorch.heartbeat(
    heartbeat.queue,
    heartbeat.receipts,
    heartbeat.lease) r;
end;
$$;

comment on function pyorch_api.heartbeat(text,text[],interval) is
  'Extend leases: pyorch.heartbeat() for RPC.';

revoke all on function pyorch_api.heartbeat(text,text[],interval) from public;

call pyorch._grant('worker', 'execute', 'function', 'pyorch_api.heartbeat(text,text[],interval)');
