-- pyorch._alter_attached(integer, jsonb)
-- The part of pyorch.alter_queue that only attached queues have: columns, statuses, zone, path,
-- rpc, wake trigger.
-- Calls: pyorch._map_attached, pyorch._set_rpc, pyorch._set_wake_trigger.  Reads: pyorch.queue.
create or replace function pyorch._alter_attached(
  p_queue_id integer,
  -- the options that were named; pyorch.queue holds all of them already
  p_changed jsonb
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = ''
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

comment on function pyorch._alter_attached(integer, jsonb) is
  'The part of alter_queue that only attached queues have. Raises PY001, PY008, PY013.';

revoke all on function pyorch._alter_attached(integer, jsonb) from public;
