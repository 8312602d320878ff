-- pyorch._native_done()
-- Template of pyorch._q_done_<queue> of a native queue that keeps nothing and has no limits:
-- complete with one receipt, the common case.
-- A receipt is priority.id.token; a token of 0, which a pending item has, is never accepted.
create or replace function pyorch._native_done()
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
  v_key text;
  v_group text;
begin
  -- a plain check first: catching what a cast raises costs more than the rest
  if p_receipt !~ '^-?\d{1,18}\.\d{1,18}\.[1-9]\d{0,17}$' then
    return false;
  end if;
  delete from pyorch.native_{q} i
   where i.priority = pg_catalog.split_part(p_receipt, '.', 1)::bigint
     and i.id = pg_catalog.split_part(p_receipt, '.', 2)::bigint
     and i.token = pg_catalog.split_part(p_receipt, '.', 3)::bigint
  returning i.id, i.key, i.group_name
    into v_id, v_key, v_group;
  if v_key is not null or v_group is not null then
    perform pyorch._q_leave_{q}(array[v_id], array[v_key], array[v_group]);
  end if;
  return v_id is not null;
end;
$body$
$template$;

comment on function pyorch._native_done() is
  'Template of pyorch._q_done_<queue> of a native queue.';

revoke all on function pyorch._native_done() from public;
