-- pyorch._alter_attached(integer, jsonb, interval)
-- The part of pyorch.alter_queue that only attached queues have: columns, statuses, zone, path,
-- rpc, wake trigger.
-- Calls: pyorch._map_attached, pyorch._set_rpc, pyorch._set_wake_trigger.  Reads: pyorch.queue.
-- Writes: pyorch.attached.
create or replace function pyorch._alter_attached(
  p_queue_id integer,
  -- the options that were named; pyorch.queue holds all of them already
  p_changed jsonb,
  -- the lease until now
  p_lease interval
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue pyorch.queue;
begin
  select * into strict v_queue from pyorch.queue q where q.queue_id = p_queue_id;
  if coalesce(p_changed ->> 'where', p_changed ->> 'order_by') is not null then
    raise exception using
      errcode = 'PY013',
      message = 'where and order_by are SQL, which only the command line checks',
      hint = pg_catalog.format(
        'Detach the queue, then: pyorch queue attach %s %s --where … --order-by …',
        v_queue.queue, v_queue.relation
      );
  end if;
  if p_changed
     ?| array['columns', 'statuses', 'group', 'time_zone', 'search_path', 'where', 'order_by'] then
    perform pyorch._map_attached(p_queue_id);
  end if;
  if v_queue.lease < p_lease then
    update pyorch.attached a
       set old_lease = v.lease,
           old_until = pyorch._now() + v.lease
      from (
        select greatest(
                 p_lease, case when x.old_until > pyorch._now() then x.old_lease end
               ) as lease
          from pyorch.attached x
         where x.queue_id = p_queue_id
      ) v
     where a.queue_id = p_queue_id;
  end if;
  if p_changed ? 'rpc' then
    perform pyorch._set_rpc(p_queue_id, v_queue.rpc);
  end if;
  if p_changed ? 'wake_trigger' then
    perform pyorch._set_wake_trigger(
      p_queue_id, pyorch._option_flag(v_queue.options, 'wake_trigger', false)
    );
  end if;
end;
$$;

comment on function pyorch._alter_attached(integer, jsonb, interval) is
  'The part of alter_queue that only attached queues have. Raises PY001, PY008, PY013.';

revoke all on function pyorch._alter_attached(integer, jsonb, interval) from public;
