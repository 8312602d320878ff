-- pyorch._native_draw()
-- Template, part of pyorch._q_one_<queue>: while more than 64 items stand beyond everybody's last
-- claim, draw the next id from the front, so that no two sessions want the same row: passing one
-- that another has locked costs as much as reading ten. What is not there, or locked, is passed:
-- then the claim goes on beyond the front.
create or replace function pyorch._native_draw()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select $body$    if pg_catalog.pg_sequence_last_value('pyorch.q_back_{q}') = v_cursor[5]
      and pg_catalog.pg_sequence_last_value('pyorch.q_front_{q}')
        < least(v_cursor[1] + 160, v_cursor[6])
    then
      v_id := pg_catalog.nextval('pyorch.q_front_{q}');
{take}       where i.ctid = (
         select j.ctid
           from pyorch.native_{q} j
          where j.priority = 0
            and j.id = v_id
            and j.token = 0
            for no key update skip locked
       )
      returning i.id::text,
                i.payload,
                i.attempts,
                pg_catalog.concat('0.', i.id, '.', i.token),
                i.lease_until
           into v_item.item_id,
                v_item.payload,
                v_item.attempt,
                v_item.receipt,
                v_item.lease_until;
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
