-- pyorch._add_queue(text, text, regclass, jsonb)
-- Write the row of a new queue: its name and options checked. Endpoints that name it follow.
-- Calls: pyorch._check_queue_name, pyorch._set_queue_options, pyorch._follow_queue.
-- Writes: pyorch.queue, pyorch.endpoint.
create or replace function pyorch._add_queue(
  p_queue text,
  -- native | attached
  p_kind text,
  p_relation regclass,
  p_options jsonb
)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue_id integer;
begin
  perform pyorch._check_queue_name(p_queue);
  insert into pyorch.queue (queue, kind, relation)
  values (p_queue, p_kind, p_relation)
  returning queue_id into v_queue_id;
  perform pyorch._set_queue_options(v_queue_id, coalesce(p_options, '{}'));
  perform pyorch._follow_queue(p_queue, v_queue_id);
  return v_queue_id;
end;
$$;

comment on function pyorch._add_queue(text, text, regclass, jsonb) is
  'Write the row of a new queue. Raises PY001, PY004.';

revoke all on function pyorch._add_queue(text, text, regclass, jsonb) from public;
