-- pyorch_api.fail(text,text[],text,interval,boolean)
-- For RPC: pyorch.fail() and nothing else. Security definer, so that the caller needs no right on
-- schema pyorch.
-- Calls: pyorch.fail.
create or replace function pyorch_api.fail(
  queue text,
  receipts text[],
  error text,
  retry_in interval default null,
  permanent boolean default false
)
  returns table (receipt text, status text)
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from pyorch.fail(
    fail.queue,
    fail.receipts,
    fail.error,
    fail.retry_in,
    fail.permanent
  );
end;
$$;

comment on function pyorch_api.fail(text,text[],text,interval,boolean) is
  'Items failed: pyorch.fail() for RPC.';

revoke all on function pyorch_api.fail(text,text[],text,interval,boolean) from public;

call pyorch._grant(
  'worker', 'execute', 'function', 'pyorch_api.fail(text,text[],text,interval,boolean)'
);
