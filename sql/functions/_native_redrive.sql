-- pyorch._native_redrive()
-- Template of redrive of a native queue: dead letters become pending again, from their first
-- attempt, history kept. One whose key a newer item has stays dead.
create or replace function pyorch._native_redrive()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select $body$
declare
  v_id bigint;
  v_found pyorch.dead_{q};
  v_sent bigint := 0;
begin
  for v_found in
    select d.*
      from pyorch.dead_{q} d
     where p_item_ids is null or d.id::text = any (p_item_ids)
     order by d.id
       for update skip locked
  loop
    if v_found.key is not null then
      insert into pyorch.key_{q} (key, item_id)
      values (v_found.key, v_found.id)
      on conflict do nothing;
      continue when not found;
    end if;
    delete from pyorch.dead_{q} d where d.id = v_found.id;
    perform pyorch._q_put_{q}(
      v_found.id, v_found.payload, v_found.key, v_found.priority, null, v_found.group_name, false,
      v_found.history
    );
    v_sent := v_sent + 1;
    v_id := least(v_id, v_found.id);
  end loop;
  update pyorch.queue_mark m set live = v_id - 1 where m.queue_id = {id} and m.live >= v_id;
  perform pyorch._queue_low('{q}', v_id - 1, false);
  return v_sent;
end;
$body$
$template$;

comment on function pyorch._native_redrive() is
  'Template of pyorch._q_redrive_<queue> of a native queue.';

revoke all on function pyorch._native_redrive() from public;
