-- pyorch._native_put()
-- Template: put one item with everything that it may have into a native queue: at once, later, or
-- behind the rest of its group.
create or replace function pyorch._native_put()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select $body$
declare
  v_now constant timestamptz := {now};
  v_blocked boolean := false;
begin
  if p_priority <> 0 then
    -- first, and never undone: no short way of a claim may miss it
    perform pg_catalog.nextval('pyorch.q_lanes_{q}');
    perform pg_catalog.nextval('pyorch.q_back_{q}');
    insert into pyorch.lane_{q} (priority) values (p_priority) on conflict do nothing;
  end if;
  -- the first of its group goes on, the others wait behind it
  while p_group is not null and not p_is_head loop
    insert into pyorch.group_{q} (group_name, head) values (p_group, p_id) on conflict do nothing;
    exit when found;
    -- held until we commit, so that nobody finds the group empty and ends it meanwhile
    perform 1 from pyorch.group_{q} g where g.group_name = p_group for share;
    v_blocked := found;
    exit when found;
  end loop;

  if v_blocked or p_run_at > v_now then
    insert into pyorch.waiting_{q} (
      id, priority, run_at, blocked, key, group_name, history, payload
    )
    values (
      p_id, p_priority, coalesce(p_run_at, v_now), v_blocked, p_key, p_group, p_history, p_payload
    );
  else
    insert into pyorch.native_{q} (id, priority, since, key, group_name, history, payload)
    values (p_id, p_priority, v_now, p_key, p_group, p_history, p_payload);
  end if;
end;
$body$
$template$;

comment on function pyorch._native_put() is
  'Template of pyorch._q_put_<queue> of a native queue.';

revoke all on function pyorch._native_put() from public;
