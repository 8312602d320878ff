-- pyorch.create_queue(text, jsonb)
-- Make a native queue: tables of our own, shaped for speed.
-- Calls: pyorch._check_queue_name, pyorch._make_native, pyorch._add_queue,
-- pyorch._keep_partitions, pyorch._rebuild_queue.
-- Writes: pyorch.queue, pyorch.queue_mark, the queue's tables.
create or replace function pyorch.create_queue(
  -- lower-case letters, digits and underscores, at most 40
  queue text,
  options jsonb default '{}'
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue_id integer;
begin
  perform pyorch._check_queue_name(create_queue.queue);
  perform pyorch._make_native(create_queue.queue);
  v_queue_id := pyorch._add_queue(
    create_queue.queue,
    'native',
    ('pyorch.native_' || create_queue.queue)::regclass,
    create_queue.options
  );
  insert into pyorch.queue_mark (queue_id) values (v_queue_id);
  perform pyorch._keep_partitions(v_queue_id);
  perform pyorch._rebuild_queue(v_queue_id);
end;
$$;

comment on function pyorch.create_queue(text, jsonb) is
  'Make a native queue. Options: lease, max_attempts, max_lease_losses, backoff, retention, '
  'concurrency, rate, objective, durability, key_conflict, notify. Raises PY001 (name, option), '
  'PY004 (exists already).';

revoke all on function pyorch.create_queue(text, jsonb) from public;

call pyorch._grant('admin', 'execute', 'function', 'pyorch.create_queue(text,jsonb)');
