-- pyorch._add_queue(text, text, regclass, jsonb)
-- Write the row of a new queue: its name and options checked.
create or replace function pyorch._add_queue(p_queue text, p_kind text, p_relation regclass, p_options jsonb)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = ''
as $$
declare
  v_queue_id integer;
begin
  if p_queue !~ '^[a-z_][a-z0-9_]{0,39}$' then
    raise exception using errcode = 'PY001', message = 'no name for a queue', hint = 'a-z, 0-9, _';
  end if;
  if exists (select 1 from pyorch.queue q where q.queue = p_queue) then
    raise exception using errcode = 'PY004', message = pg_catalog.format('queue "%s" exists', p_queue),
      hint = 'alter_queue';
  end if;
  insert into pyorch.queue
         (queue, kind, relation, options, lease, max_attempts, max_lease_losses, backoff, rpc, concurrency)
  values (p_queue, p_kind, p_relation, p_options,
    pyorch._option_interval(p_options, 'lease', '15 minutes'),
    pyorch._option_number(p_options, 'max_attempts', 5),
    pyorch._option_number(p_options, 'max_lease_losses', 3),
    coalesce(p_options -> 'backoff', '{}'), coalesce((p_options ->> 'rpc')::boolean, false),
    (p_options ->> 'concurrency')::integer)
  returning queue_id into v_queue_id;
  return v_queue_id;
end;
$$;

comment on function pyorch._add_queue(text, text, regclass, jsonb) is
  'Write the row of a new queue. Raises PY001, PY004.';

revoke all on function pyorch._add_queue(text, text, regclass, jsonb) from public;
