-- pyorch._maintain_partitions()
-- Step of maintain(): partitions of the ledger two days ahead, those beyond the retention dropped.
-- Calls: pyorch._call_partitions, pyorch._drop_call_partitions, pyorch._keep_for.
create or replace function pyorch._maintain_partitions()
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
begin
  perform pyorch._call_partitions(2);
  perform pyorch._drop_call_partitions(pyorch._keep_for('calls'));
  return '{}';
end;
$$;

comment on function pyorch._maintain_partitions() is
  'Step of maintain(): partitions of the ledger.';

revoke all on function pyorch._maintain_partitions() from public;
