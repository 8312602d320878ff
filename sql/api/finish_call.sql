-- pyorch_api.finish_call(bigint,text)
-- For RPC: pyorch.finish_call() and nothing else. Security definer, so that the caller needs no
-- right on schema pyorch.
-- Calls: pyorch.finish_call.
create or replace function pyorch_api.finish_call(
  call_id bigint,
  error text default null
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  perform pyorch.finish_call(finish_call.call_id, finish_call.error);
end;
$$;

comment on function pyorch_api.finish_call(bigint,text) is
  'The work for a call is over: pyorch.finish_call() for RPC.';

revoke all on function pyorch_api.finish_call(bigint,text) from public;

call pyorch._grant('worker', 'execute', 'function', 'pyorch_api.finish_call(bigint,text)');
