-- pyorch._attach_checked(text, regclass, jsonb)
-- pyorch.attach_queue, where options may hold user SQL (where, order_by) that the command line has
-- checked: one expression of that table's columns, no subquery, nothing volatile. For the owner of
-- pyorch alone.
-- Calls: pyorch._attach_refuse, pyorch._check_queue_name, pyorch._set_queue_options,
-- pyorch._map_attached, pyorch._make_counters, pyorch._rebuild_queue, pyorch._set_rpc,
-- pyorch._set_wake_trigger.  Writes: pyorch.queue, pyorch.attached, functions of the queue.
create or replace function pyorch._attach_checked(
  p_queue text,
  p_relation regclass,
  p_options jsonb
)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_options constant jsonb := coalesce(p_options, '{}');
  v_queue_id integer;
begin
  perform pyorch._attach_refuse(p_relation, pyorch._caller());
  v_queue_id := pyorch._add_queue(p_queue, 'attached', p_relation, v_options);
  perform pyorch._map_attached(v_queue_id);
  perform pyorch._make_counters(p_queue);
  perform pyorch._rebuild_queue(v_queue_id);
  perform pyorch._set_rpc(v_queue_id, pyorch._option_flag(v_options, 'rpc', false));
  perform pyorch._set_wake_trigger(
    v_queue_id, pyorch._option_flag(v_options, 'wake_trigger', false)
  );
  return pyorch._attachment(v_queue_id);
end;
$$;

comment on function pyorch._attach_checked(text, regclass, jsonb) is
  'attach_queue with user SQL that the command line has checked. For the owner alone.';

revoke all on function pyorch._attach_checked(text, regclass, jsonb) from public;
