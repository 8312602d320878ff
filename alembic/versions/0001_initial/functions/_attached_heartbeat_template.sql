-- pyorch._attached_heartbeat_template()
-- Body of pyorch._q_heartbeat_<queue> of an attached queue. More time: the lease begins anew. Those
-- that other code has finished are no longer held.
create or replace function pyorch._attached_heartbeat_template()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = ''
as $$
  select $template$
declare
  v_now constant timestamptz := {now};
begin
  return query
    with r as materialized (
      select {q} as queue_id,
             t.receipt,
             substring(t.receipt from '^{q}-([0-9]{1,18})-')::bigint as token,
             substring(t.receipt from '^{q}-[0-9]{1,18}-(.*)$') as item_id
        from pg_catalog.unnest(p_receipts) t (receipt)
    )
    update pyorch.item_state s
       set lease_until = v_now + coalesce(p_lease, {lease})
      from r
     where s.queue_id = r.queue_id
       and s.item_id = r.item_id
       and s.token = r.token
       and exists (
         select 1
           from {rel} k
          where k.{id} {eq} s.item_id::{id_type}
            and {held_k}
       )
    returning r.receipt;
end;
$template$;
$$;

comment on function pyorch._attached_heartbeat_template() is
  'Template of pyorch._q_heartbeat_<queue> of attached queues.';

revoke all on function pyorch._attached_heartbeat_template() from public;
