-- pyorch_api.complete(text,text[],jsonb[],boolean)
-- For RPC: pyorch.complete() and nothing else. Security definer, so that the caller needs no right
-- on schema pyorch.
-- Calls: pyorch.complete.
create or replace function pyorch_api.complete(
  queue text,
  receipts text[],
  results jsonb[] default null,
  strict boolean default false
)
  returns setof text
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  return query select r from pyorch.complete(
    complete.queue,
    complete.receipts,
    complete.results,
    complete.strict) r;
end;
$$;

comment on function pyorch_api.complete(text,text[],jsonb[],boolean) is
  'Items are done: pyorch.complete() for RPC.';

revoke all on function pyorch_api.complete(text,text[],jsonb[],boolean) from public;

call pyorch._grant(
  'worker', 'execute', 'function', 'pyorch_api.complete(text,text[],jsonb[],boolean)'
);
