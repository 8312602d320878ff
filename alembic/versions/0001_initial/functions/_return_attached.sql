-- pyorch._return_attached()
-- Before an uninstall: every attached item in work goes back to pending, as if its worker had
-- released it. Where the table itself holds the claims, those of other code look just the same and
-- go back, too: after us nobody unlocks. A table that is gone is passed over, so is one that cannot
-- be read or written (a column is gone, or our rights): what is wrong there must not keep us here.
-- Answers {queue: how many, or why not}.
-- Calls: pyorch._rebuild_queue, pyorch._attached_pieces, pyorch._fill_template,
-- pyorch._q_release_<queue>.
-- Reads: pyorch.queue, pyorch.item_state, the attached tables.
create or replace function pyorch._return_attached()
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
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
    begin
      -- its table may have another name by now
      perform pyorch._rebuild_queue(v.queue_id);
      execute pyorch._fill_template(
        'select pg_catalog.count(*) from pyorch._q_release_{queue}(array('
          'select {q} || ''-'' || pg_catalog.lpad(s.token::text, 16, ''0'') || ''-'' || s.item_id'
          ' from pyorch.item_state s where s.queue_id = {q} and s.phase = ''working'''
          ' union '
          'select {q} || ''-'' || (extract(epoch from {locked_k}) * 1000000)::bigint'
          ' || ''-'' || k.{id}'
          ' from {rel} k where {held_k} and {locked_k} is not null))',
        pyorch._attached_pieces(v.queue_id)
      )
        into v_count;
      v_result := v_result || pg_catalog.jsonb_build_object(v.queue, v_count);
    exception
      when undefined_table or undefined_column or insufficient_privilege then
        v_result := v_result || pg_catalog.jsonb_build_object(v.queue, sqlerrm);
    end;
  end loop;
  return v_result;
end;
$$;

comment on function pyorch._return_attached() is
  'Return every attached item in work to pending, before an uninstall.';

revoke all on function pyorch._return_attached() from public;
