-- pyorch._native_in_work()
-- Template: is any item of a native queue that was claimed after a token still in work?
create or replace function pyorch._native_in_work()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select $body$
declare
  v_live bigint;
  v_high bigint;
  v_lane integer;
begin
  select m.live into v_live from pyorch.queue_mark m where m.queue_id = {id};
  select h.last_value into v_high from pyorch.q_high_{q} h;
  for v_lane in select l.priority from pyorch.lane_{q} l loop
    if exists (
      select 1
        from pyorch.native_{q} i
       where i.priority = v_lane
         and i.id > v_live
         and i.id <= v_high
         and i.token {after} p_token
    ) then
      return true;
    end if;
  end loop;
  return false;
end;
$body$
$template$;

comment on function pyorch._native_in_work() is
  'Template of pyorch._q_in_work_<queue> of a native queue.';

revoke all on function pyorch._native_in_work() from public;
