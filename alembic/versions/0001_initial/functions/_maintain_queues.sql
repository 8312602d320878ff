-- pyorch._maintain_queues()
-- House-keeping of native queues: daily partitions of finished items. Returns how many old ones
-- were dropped.
-- Calls: pyorch._keep_partitions.  Reads: pyorch.queue.
create or replace function pyorch._maintain_queues()
  returns bigint
  language sql
  volatile
  parallel unsafe
  security definer
  set search_path = ''
as $$
  select coalesce(pg_catalog.sum(pyorch._keep_partitions(q.queue_id)), 0)::bigint
    from pyorch.queue q
   where q.kind = 'native'
     and q.retention is not null;
$$;

comment on function pyorch._maintain_queues() is
  'House-keeping of native queues: daily partitions of finished items.';

revoke all on function pyorch._maintain_queues() from public;
