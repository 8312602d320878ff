-- pyorch.alter_queue(text, jsonb)
-- Change the named options of a queue, keep the others; null resets one to its default.
-- Calls: pyorch._set_queue_options, pyorch._alter_attached, pyorch._rebuild_queue,
-- pyorch._keep_partitions.
-- Writes: pyorch.queue.
create or replace function pyorch.alter_queue(queue text, options jsonb)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue_id constant integer := pyorch._queue_id(alter_queue.queue);
  v_queue pyorch.queue;
begin
  select * into strict v_queue from pyorch.queue q where q.queue_id = v_queue_id for update;
  perform pyorch._check_options(
    alter_queue.options, pyorch._queue_option_names(v_queue.kind), 'queue option'
  );
  perform pyorch._set_queue_options(v_queue_id, v_queue.options || alter_queue.options);
  if v_queue.kind = 'attached' then
    perform pyorch._alter_attached(v_queue_id, alter_queue.options, v_queue.lease);
  else
    perform pyorch._keep_partitions(v_queue_id);
  end if;
  perform pyorch._rebuild_queue(v_queue_id);
end;
$$;

comment on function pyorch.alter_queue(text, jsonb) is
  'Change the named options of a queue; null resets one. Raises PY001, PY002; PY013 for user '
  'SQL that did not come through the CLI.';

revoke all on function pyorch.alter_queue(text, jsonb) from public;

call pyorch._grant('admin', 'execute', 'function', 'pyorch.alter_queue(text,jsonb)');
