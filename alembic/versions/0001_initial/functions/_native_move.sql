-- pyorch._native_move()
-- Template: items of a native queue leave waiting_{q} and become claimable, at their old place in
-- the order. The shared mark goes back to them.
create or replace function pyorch._native_move()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select $body$
declare
  v_moved bigint;
  v_first bigint;
begin
  with moved as (
    delete from pyorch.waiting_{q} w
     where w.id = any (p_ids)
       and not w.blocked
    returning w.*
  ),
  placed as (
    insert into pyorch.native_{q} (
      id, priority, since, attempts, lease_losses, key, group_name, history, payload
    )
    select m.id, m.priority, m.run_at, m.attempts, m.lease_losses, m.key, m.group_name,
           m.history, m.payload
      from moved m
     order by m.id
    returning id
  )
  select pg_catalog.count(*), pg_catalog.min(p.id) into v_moved, v_first from placed p;
  perform pyorch._queue_low('{q}', v_first - 1, false);
  return v_moved;
end;
$body$
$template$;

comment on function pyorch._native_move() is
  'Template of pyorch._q_move_<queue> of a native queue.';

revoke all on function pyorch._native_move() from public;
