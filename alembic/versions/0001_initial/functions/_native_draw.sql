-- pyorch._native_draw()
-- Template, part of pyorch._q_one_<queue>: while more than 64 items stand beyond everybody's last
-- claim, draw the next id from the front, so that no two sessions want the same row: passing one
-- that another has locked costs as much as reading ten. Nor is the row locked before it is updated:
-- an xmax of 0 says that nobody has touched it since it was written, so only who locks it in this
-- very moment is waited for. What has another one, or is not there, is for the way below, which
-- skips what is locked.
create or replace function pyorch._native_draw()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select $body$    if pg_catalog.pg_sequence_last_value('pyorch.q_back_{q}') = v_cursor[5]
      and pg_catalog.pg_sequence_last_value('pyorch.q_front_{q}') < v_cursor[6]
    then
      v_id := pg_catalog.nextval('pyorch.q_front_{q}');
{take}       where i.priority = 0
         and i.id = v_id
         and i.token = 0
         and i.xmax = '0'
      returning i.id::text,
                i.payload,
                i.attempts,
                pg_catalog.concat('0.', i.id, '.', i.token),
                i.lease_until
           into v_item;
      if found then
        return v_item;
      end if;
      v_missed := true;
    end if;
$body$
$template$;

comment on function pyorch._native_draw() is
  'Template: claim the item that is drawn from the front of a native queue.';

revoke all on function pyorch._native_draw() from public;
