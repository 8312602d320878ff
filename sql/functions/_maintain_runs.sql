-- pyorch._maintain_runs()
-- Step of maintain(): delete a batch of old runs. By the key, oldest first: ids grow with the time.
-- Writes: pyorch.run.
create or replace function pyorch._maintain_runs()
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_before constant timestamptz := pyorch._now() - pyorch._keep_for('runs');
  v_rows bigint;
begin
  delete from pyorch.run r
   using (
     select o.run_id, o.started_at
       from pyorch.run o
      order by o.run_id
      limit 1000
   ) o
   where r.run_id = o.run_id
     and o.started_at < v_before;
  get diagnostics v_rows = row_count;
  return pg_catalog.jsonb_build_object('again', v_rows = 1000);
end;
$$;

comment on function pyorch._maintain_runs() is
  'Step of maintain(): delete a batch of old runs.';

revoke all on function pyorch._maintain_runs() from public;
