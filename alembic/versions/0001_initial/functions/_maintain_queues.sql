-- pyorch._maintain_queues()
-- Step of maintain(): daily partitions of the finished items of native queues, ahead and beyond
-- their retention.
-- Calls: pyorch._keep_partitions.  Reads: pyorch.queue.
create or replace function pyorch._maintain_queues()
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  perform pyorch._keep_partitions(q.queue_id)
     from pyorch.queue q
    where q.kind = 'native'
      and q.retention is not null;
  return '{}';
end;
$$;

comment on function pyorch._maintain_queues() is
  'Step of maintain(): daily partitions of the finished items of native queues.';

revoke all on function pyorch._maintain_queues() from public;
