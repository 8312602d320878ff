-- pyorch._return_attached()
-- Before an uninstall: every attached item in work goes back to pending, as if its worker had
-- released it. A table that is gone is passed over. Answers {queue: how many}.
-- Calls: pyorch._q_release_<queue>.  Reads: pyorch.queue, pyorch.item_state.
create or replace function pyorch._return_attached()
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = ''
as $$
declare
  v record;
  v_count bigint;
  v_result jsonb := '{}';
begin
  for v in
    select q.queue_id, q.queue
      from pyorch.queue q
      join pg_catalog.pg_class c on c.oid = q.relation
     where q.kind = 'attached'
     order by q.queue
  loop
    execute 'select pg_catalog.count(*) from pyorch._q_release_' || v.queue || '(array('
      '  select s.queue_id || ''-'' || s.token || ''-'' || s.item_id from pyorch.item_state s'
      '   where s.queue_id = $1 and s.phase = ''working''))'
      into v_count
      using v.queue_id;
    v_result := v_result || pg_catalog.jsonb_build_object(v.queue, v_count);
  end loop;
  return v_result;
end;
$$;

comment on function pyorch._return_attached() is
  'Return every attached item in work to pending, before an uninstall.';

revoke all on function pyorch._return_attached() from public;
