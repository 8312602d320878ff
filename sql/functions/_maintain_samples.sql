-- pyorch._maintain_samples()
-- Step of maintain(): delete a batch of hourly rows that are older than metrics are kept.
-- Writes: pyorch.metric_hour.
create or replace function pyorch._maintain_samples()
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_before constant timestamptz := pyorch._now() - pyorch._keep_for('metrics');
  v_rows bigint;
begin
  delete from pyorch.metric_hour h
   where h.ctid = any (array(
           select o.ctid from pyorch.metric_hour o where o.at < v_before order by o.at limit 1000
         ));
  get diagnostics v_rows = row_count;
  return pg_catalog.jsonb_build_object('again', v_rows = 1000);
end;
$$;

comment on function pyorch._maintain_samples() is
  'Step of maintain(): delete a batch of old hourly samples.';

revoke all on function pyorch._maintain_samples() from public;
