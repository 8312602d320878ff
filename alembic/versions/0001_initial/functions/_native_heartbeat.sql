-- pyorch._native_heartbeat()
-- Template of heartbeat of a native queue. A lease that merely ran out can still be extended.
create or replace function pyorch._native_heartbeat()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = ''
as $template$
  select $body$
declare
  v_now constant timestamptz := {now};
begin
  return query
    update pyorch.native_{q} i
       set lease_until = v_now + p_lease
      from (
        select r.receipt,
               pg_catalog.split_part(r.receipt, '.', 1)::integer as priority,
               pg_catalog.split_part(r.receipt, '.', 2)::bigint as id,
               pg_catalog.split_part(r.receipt, '.', 3)::bigint as token
          from pg_catalog.unnest(p_receipts) r (receipt)
         where r.receipt ~ {a_receipt}
      ) g
     where i.priority = g.priority
       and i.id = g.id
       and i.token = g.token
    returning g.receipt;
end;
$body$
$template$;

comment on function pyorch._native_heartbeat() is
  'Template of pyorch._q_heartbeat_<queue> of a native queue.';

revoke all on function pyorch._native_heartbeat() from public;
