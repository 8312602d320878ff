-- pyorch._native_place()
-- Template: enqueue one item that has a key, a group or a time into a native queue. What happens
-- to a key that is taken already is the queue's choice: {key_conflict}.
create or replace function pyorch._native_place()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select $body$
declare
  v_id bigint := pg_catalog.nextval('pyorch.q_id_{q}');
  v_other bigint;
  v_group text;
  v_is_head boolean := false;
begin
  while p_key is not null loop
    insert into pyorch.key_{q} (key, item_id) values (p_key, v_id) on conflict do nothing;
    exit when found;
    select k.item_id into v_other from pyorch.key_{q} k where k.key = p_key;
    -- it ended just now: try again
    continue when not found;
    if '{key_conflict}' = 'same' then
      return v_other;
    elsif '{key_conflict}' = 'refuse' then
      raise exception using
        errcode = 'PY014',
        message = pg_catalog.format(
          'queue "{q}" has an unfinished item with the key %L already: %s', p_key, v_other
        ),
        hint = 'See: select pyorch.explain_item(''{q}'', ''' || v_other || ''');';
    end if;
    -- replace: one that is not in work yet goes, and this one takes its place
    delete from pyorch.waiting_{q} w
     where w.id = v_other
    returning w.group_name, not w.blocked into v_group, v_is_head;
    if not found then
      delete from pyorch.native_{q} i
       where i.priority = any (array(select l.priority from pyorch.lane_{q} l))
         and i.id = v_other
         and i.token = 0
      returning i.group_name, true into v_group, v_is_head;
    end if;
    if found then
      if v_is_head and v_group is distinct from p_group then
        perform pyorch._q_leave_{q}(array[v_other], '{}', array[v_group]);
        v_is_head := false;
      end if;
      v_id := v_other;
      exit;
    end if;
    -- in work: it gives the key to this one, which follows it
    update pyorch.native_{q} i
       set key = null
     where i.priority = any (array(select l.priority from pyorch.lane_{q} l))
       and i.id = v_other
       and i.token <> 0;
    -- another session has failed, released or replaced it meanwhile: look again
    continue when not found;
    update pyorch.key_{q} k set item_id = v_id where k.key = p_key and k.item_id = v_other;
    exit when found;
  end loop;
  perform pyorch._q_put_{q}(
    v_id, p_payload, p_key, p_priority, p_run_at, p_group,
    p_group is not null and coalesce(v_is_head, false), null
  );
  if v_id = v_other then
    perform pyorch._queue_low('{q}', v_id - 1, false);
  end if;
  return v_id;
end;
$body$
$template$;

comment on function pyorch._native_place() is
  'Template of pyorch._q_place_<queue> of a native queue.';

revoke all on function pyorch._native_place() from public;
