-- pyorch_api.orchestrate(text[],interval)
-- For RPC: pyorch.orchestrate() and nothing else. Security definer, so that the caller needs no
-- right on schema pyorch.
-- Calls: pyorch.orchestrate.
create or replace function pyorch_api.orchestrate(
  skip text[] default '{}',
  budget interval default null
)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  return pyorch.orchestrate(orchestrate.skip, orchestrate.budget);
end;
$$;

comment on function pyorch_api.orchestrate(text[],interval) is
  'Run the orchestrator: pyorch.orchestrate() for RPC.';

revoke all on function pyorch_api.orchestrate(text[],interval) from public;

call pyorch._grant('operator', 'execute', 'function', 'pyorch_api.orchestrate(text[],interval)');
