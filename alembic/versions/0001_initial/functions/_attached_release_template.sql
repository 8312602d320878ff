-- pyorch._attached_release_template()
-- Body of pyorch._q_release_<queue> of an attached queue. Given back unharmed: pending again, at
-- once, and the attempt does not count.
create or replace function pyorch._attached_release_template()
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
  v_items text[];
  v_held text[];
  v_receipts text[];
begin
  with r as materialized (
      select {q} as queue_id,
             t.receipt,
             substring(t.receipt from '^{q}-([0-9]{1,18})-')::bigint as token,
             substring(t.receipt from '^{q}-[0-9]{1,18}-(.*)$') as item_id
        from pg_catalog.unnest(p_receipts) t (receipt)
    ),
  mine as (
    update pyorch.item_state s
       set phase = 'waiting',
           attempts = greatest(s.attempts - 1, 0),
           retry_at = null,
           token = 0,
           lease_until = null
      from r
     where s.queue_id = r.queue_id
       and s.item_id = r.item_id
       and s.token = r.token
    returning s.item_id, r.receipt
  ),
  done as (
    update {rel} j
       set {set_release}
      from mine m
     where j.{id} {eq} m.item_id::{id_type}
       and {held_j}
    returning m.item_id, m.receipt
  )
  select pg_catalog.array_agg(m.item_id),
         pg_catalog.array_agg(d.item_id),
         pg_catalog.array_agg(d.receipt)
    into v_items, v_held, v_receipts
    from mine m
    left join done d on d.item_id = m.item_id;

  -- what other code has finished, and what has nothing left to remember
  delete from pyorch.item_state s
   using (select {q} as queue_id, g as item_id from pg_catalog.unnest(v_items) g offset 0) g
   where s.queue_id = g.queue_id
     and s.item_id = g.item_id
     and s.phase = 'waiting'
     and ((s.lease_losses = 0 and s.history is null and ({has_attempts} or s.attempts = 0))
          or not coalesce(s.item_id = any (v_held), false));

  return query select r from pg_catalog.unnest(v_receipts) r where r is not null;
end;
$template$;
$$;

comment on function pyorch._attached_release_template() is
  'Template of pyorch._q_release_<queue> of attached queues.';

revoke all on function pyorch._attached_release_template() from public;
