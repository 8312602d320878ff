-- pyorch._set_wake_trigger(integer, boolean)
-- Put our one trigger on an attached table, or take it away: the only thing that pyorch ever adds
-- to one, and only when it was asked for (attach option wake_trigger).
-- Writes: pyorch.attached, a trigger on the user's table.
create or replace function pyorch._set_wake_trigger(p_queue_id integer, p_on boolean)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_relation regclass;
  v_queue text;
  v_was boolean;
begin
  select q.relation, q.queue, a.wake_trigger
    into v_relation, v_queue, v_was
    from pyorch.queue q
    join pyorch.attached a on a.queue_id = q.queue_id
    join pg_catalog.pg_class c on c.oid = q.relation
   where q.queue_id = p_queue_id;
  if not found or v_was = p_on then
    return;
  end if;
  if p_on then
    execute pg_catalog.format(
      'create trigger %I after insert on %s for each statement'
        ' execute function pyorch._wake_attached(%L)',
      'pyorch_wake_' || v_queue, v_relation, p_queue_id
    );
  else
    execute pg_catalog.format(
      'drop trigger if exists %I on %s', 'pyorch_wake_' || v_queue, v_relation
    );
  end if;
  update pyorch.attached a set wake_trigger = p_on where a.queue_id = p_queue_id;
end;
$$;

comment on function pyorch._set_wake_trigger(integer, boolean) is
  'Put our one trigger on an attached table, or take it away.';

revoke all on function pyorch._set_wake_trigger(integer, boolean) from public;
