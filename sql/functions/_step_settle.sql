-- pyorch._step_settle(jsonb)
-- Step of a run: read the outcomes of calls from the transport.
-- Calls: pyorch.settle.
create or replace function pyorch._step_settle(p_run jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select pg_catalog.jsonb_build_object(
             'answer', pg_catalog.jsonb_build_object('settled', pg_catalog.to_jsonb(s))
           )
      from pyorch.settle() s
  );
end;
$$;

comment on function pyorch._step_settle(jsonb) is
  'Step of a run: read the outcomes of calls.';

revoke all on function pyorch._step_settle(jsonb) from public;
