-- pyorch._native_leave()
-- Template: items of a native queue have ended (completed or dead). Their keys are free again, and
-- the next item of each of their groups goes on. A group whose row somebody else holds, an enqueue
-- in an open transaction, is left in stalled_{q}, and goes on with the next unlock: completing
-- never waits for an enqueue. So is one that looks empty to a transaction with one snapshot for
-- all its statements (repeatable read): what was enqueued since cannot be seen there, and would
-- wait behind nobody for ever.
create or replace function pyorch._native_leave()
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
  v_group text;
  v_id bigint;
begin
  delete from pyorch.key_{q} k
   using unnest(p_ids, p_keys) e (id, key)
   where k.key = e.key
     and k.item_id = e.id;

  for v_group, v_id in
    select e.group_name, e.id
      from unnest(p_ids, p_groups) e (id, group_name)
     where e.group_name is not null
  loop
    perform 1
       from pyorch.group_{q} g
      where g.group_name = v_group
        and g.head = v_id
        for update skip locked;
    if not found then
      insert into pyorch.stalled_{q} (group_name, head)
      select g.group_name, v_id
        from pyorch.group_{q} g
       where g.group_name = v_group
         and g.head = v_id;
      continue;
    end if;
    select w.id
      into v_id
      from pyorch.waiting_{q} w
     where w.group_name = v_group
       and w.blocked
     order by w.id
     limit 1;
    if not found then
      if pg_catalog.current_setting('transaction_isolation') like 'read %' then
        delete from pyorch.group_{q} g where g.group_name = v_group;
      else
        insert into pyorch.stalled_{q} (group_name, head)
        select g.group_name, g.head from pyorch.group_{q} g where g.group_name = v_group;
      end if;
      continue;
    end if;
    update pyorch.group_{q} g set head = v_id where g.group_name = v_group;
    update pyorch.waiting_{q} w set blocked = false where w.id = v_id;
    if exists (select 1 from pyorch.waiting_{q} w where w.id = v_id and w.run_at <= v_now) then
      perform pyorch._q_move_{q}(array[v_id]);
    end if;
  end loop;
end;
$body$
$template$;

comment on function pyorch._native_leave() is
  'Template of pyorch._q_leave_<queue> of a native queue.';

revoke all on function pyorch._native_leave() from public;
