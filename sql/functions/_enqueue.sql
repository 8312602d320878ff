-- pyorch._enqueue(text, jsonb[], text[], integer, timestamptz, text)
-- Put items into a native queue; returns their ids in the order of the payloads. What enqueue and
-- enqueue_batch have in common.
-- Calls: pyorch._q_to_enqueue, pyorch._refuse_enqueue, pyorch._wake.  Reads: pyorch.queue.
create or replace function pyorch._enqueue(
  p_queue text,
  p_payloads jsonb[],
  p_keys text[],
  p_priority integer,
  p_run_at timestamptz,
  p_group text
)
  returns text[]
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue_id integer;
  v_native boolean;
  v_wake boolean;
  v_notify boolean;
  v_ids text[];
begin
  select q.queue_id, q.kind = 'native', q.wake, q.notify
    into v_queue_id, v_native, v_wake, v_notify
    from pyorch.queue q
   where q.queue = p_queue;
  if not found then
    perform pyorch._queue_id(p_queue);
  end if;
  if not v_native
    or pg_catalog.array_position(p_payloads, null) is not null
    or coalesce(p_priority, 10001) not between -10000 and 10000
    or p_run_at = 'infinity'
    or pg_catalog.cardinality(p_keys) <> pg_catalog.cardinality(p_payloads)
  then
    perform pyorch._refuse_enqueue(p_queue, p_payloads, p_keys, p_priority, p_run_at);
  end if;
  v_ids := pyorch._q_to_enqueue(p_queue, p_payloads, p_keys, p_priority, p_run_at, p_group);
  if v_wake then
    perform pyorch._wake(v_queue_id);
  end if;
  if v_notify then
    perform pg_catalog.pg_notify('pyorch_queue_' || p_queue, '');
  end if;
  return v_ids;
end;
$$;

comment on function pyorch._enqueue(text, jsonb[], text[], integer, timestamptz, text) is
  'Put items into a native queue; returns their ids in the order of the payloads.';

revoke all on function pyorch._enqueue(text, jsonb[], text[], integer, timestamptz, text)
  from public;
