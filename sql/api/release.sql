-- pyorch_api.release(text,text[])
-- For RPC: pyorch.release() and nothing else. Security definer, so that the caller needs no right
-- on schema pyorch.
-- Calls: pyorch.release.
create or replace function pyorch_api.release(
  queue text,
  receipts text[]
)
  returns setof text
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  return query select r from pyorch.release(release.queue, release.receipts) r;
end;
$$;

comment on function pyorch_api.release(text,text[]) is
  'Give items back unharmed: pyorch.release() for RPC.';

revoke all on function pyorch_api.release(text,text[]) from public;

call pyorch._grant('worker', 'execute', 'function', 'pyorch_api.release(text,text[])');
