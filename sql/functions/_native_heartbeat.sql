-- pyorch._native_heartbeat()
-- Template of heartbeat of a native queue. A lease that merely ran out can still be extended.
create or replace function pyorch._native_heartbeat()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select $body$
declare
  v_numbers constant bigint[] := pyorch._parse_receipts(p_receipts);
  v_now constant timestamptz := {now};
begin
  return query
    with mine as materialized ({mine}
  )
    update pyorch.native_{q} i
       set lease_until = v_now + p_lease
      from mine g
     where i.priority = any (array[g.priority])
       and i.id = g.id
       and i.token = g.token
    returning g.receipt;
end;
$body$
$template$;

comment on function pyorch._native_heartbeat() is
  'Template of pyorch._q_heartbeat_<queue> of a native queue.';

revoke all on function pyorch._native_heartbeat() from public;
