-- pyorch.enqueue_batch(text, jsonb[], text[], integer, timestamptz, text)
-- Put several items into a native queue, in the caller's transaction.
-- Calls: pyorch._q_enqueue_<queue>, pyorch._wake.  Reads: pyorch.queue.
create or replace function pyorch.enqueue_batch(
  queue text,
  payloads jsonb[],
  -- one for each payload, in the same order; null: none has one
  keys text[] default null,
  priority integer default 0,
  run_at timestamptz default null,
  "group" text default null
)
  returns setof text
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue_id integer;
  v_native boolean;
  v_wake boolean;
  v_notify boolean;
begin
  select q.queue_id, q.kind = 'native', q.wake, q.notify
    into v_queue_id, v_native, v_wake, v_notify
    from pyorch.queue q
   where q.queue = enqueue_batch.queue;
  if not found then
    perform pyorch._queue_id(enqueue_batch.queue);
  end if;
  if not v_native
    or pg_catalog.array_position(enqueue_batch.payloads, null) is not null
    or coalesce(enqueue_batch.priority, 10001) not between -10000 and 10000
    or pg_catalog.cardinality(enqueue_batch.keys)
      <> pg_catalog.cardinality(enqueue_batch.payloads)
  then
    perform pyorch._refuse_enqueue(
      enqueue_batch.queue, enqueue_batch.payloads, enqueue_batch.keys, enqueue_batch.priority
    );
  end if;
  return query execute 'select pyorch._q_enqueue_' || enqueue_batch.queue || '($1, $2, $3, $4, $5)'
    using enqueue_batch.payloads, enqueue_batch.keys, enqueue_batch.priority, enqueue_batch.run_at,
      enqueue_batch."group";
  if v_wake then
    perform pyorch._wake(v_queue_id);
  end if;
  if v_notify then
    perform pg_catalog.pg_notify('pyorch_queue_' || enqueue_batch.queue, '');
  end if;
end;
$$;

comment on function pyorch.enqueue_batch(text, jsonb[], text[], integer, timestamptz, text) is
  'Put several items into a native queue; returns their ids in the order of the payloads. '
  'Raises PY001 (argument, or an attached queue), PY002, PY014 (a key is taken and the queue''s '
  'key_conflict is refuse).';

revoke all on function pyorch.enqueue_batch(text, jsonb[], text[], integer, timestamptz, text)
  from public;

call pyorch._grant(
  'worker', 'execute', 'function',
  'pyorch.enqueue_batch(text,jsonb[],text[],integer,timestamptz,text)'
);
