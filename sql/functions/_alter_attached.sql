-- pyorch._alter_attached(integer, jsonb)
-- What a change of options means for an attached queue: its mapping, its RPC wrapper, its wake
-- trigger.
-- Calls: pyorch._attach_mapping, pyorch._attach_path, pyorch._attached_mapping, pyorch._set_rpc,
-- pyorch._set_wake_trigger.  Writes: pyorch.queue, pyorch.attached.
create or replace function pyorch._alter_attached(
  p_queue_id integer,
  -- the named options alone; pyorch.queue.options has all of them
  p_options jsonb
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
  v_mapping jsonb;
begin
  select * into strict v_queue from pyorch.queue q where q.queue_id = p_queue_id;
  if p_options ->> 'where' is not null or p_options ->> 'order_by' is not null then
    raise exception using
      errcode = 'PY013',
      message = 'where and order_by are SQL, which only the command line checks',
      hint = pg_catalog.format(
        'detach it, then: pyorch queue attach %s %s --where … --order-by …',
        v_queue.queue, v_queue.relation
      );
  end if;
  v_mapping := pyorch._attach_mapping(v_queue.relation, v_queue.options);
  update pyorch.attached a
     set columns = v_mapping -> 'columns',
         statuses = v_mapping -> 'statuses',
         where_sql = case when p_options ? 'where' then null else a.where_sql end,
         order_sql = case when p_options ? 'order_by' then null else a.order_sql end
   where a.queue_id = p_queue_id;
  update pyorch.queue q
     set attached_search_path
           = pyorch._attach_path(v_queue.relation, v_queue.options ->> 'search_path'),
         mapping = pyorch._attached_mapping(p_queue_id)
   where q.queue_id = p_queue_id;
  if p_options ? 'rpc' then
    perform pyorch._set_rpc(p_queue_id, v_queue.rpc);
  end if;
  if p_options ? 'wake_trigger' then
    perform pyorch._set_wake_trigger(
      p_queue_id, pyorch._option_flag(v_queue.options, 'wake_trigger', false)
    );
  end if;
end;
$$;

comment on function pyorch._alter_attached(integer, jsonb) is
  'What a change of options means for an attached queue.';

revoke all on function pyorch._alter_attached(integer, jsonb) from public;
