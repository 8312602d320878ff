-- pyorch._sync_queue_wake(integer[])
-- Tell queues whether anybody wants to be woken by them: only then does enqueue pay for
-- pyorch._wake.
-- Reads: pyorch.endpoint.  Writes: pyorch.queue.
create or replace function pyorch._sync_queue_wake(p_queue_ids integer[])
  returns void
  language sql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  with wanted as (
    select q.queue_id,
           exists (
             select 1 from pyorch.endpoint e where e.queue_id = q.queue_id and e.wake_at_once
           ) as wake
      from pyorch.queue q
     where q.queue_id = any (p_queue_ids)
  )
  update pyorch.queue q
     set wake = w.wake
    from wanted w
   where q.queue_id = w.queue_id
     and q.wake is distinct from w.wake;
$$;

comment on function pyorch._sync_queue_wake(integer[]) is
  'Set pyorch.queue.wake where an endpoint with wake_at_once drains the queue.';

revoke all on function pyorch._sync_queue_wake(integer[]) from public;
