-- pyorch._attached_release_template()
-- Body of pyorch._q_release_<queue> of an attached queue. Given back unharmed: pending again, at
-- once, and the attempt does not count. A state row stays only if it has something to remember.
create or replace function pyorch._attached_release_template()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select $template$
declare
  v_now constant timestamptz := {now};
  v_items text[];
  v_receipts text[];
begin
  select pg_catalog.array_agg(h.item_id), pg_catalog.array_agg(h.receipt)
    into v_items, v_receipts
    from pyorch._q_hold_{queue}(p_receipts) h;
  update {rel} j
     set {set_release}
   where j.{id} {eq} any (v_items::{id_type}[]);
  delete from pyorch.item_state s
   where s.queue_id = {q}
     and s.item_id = any (v_items)
     and s.lease_losses = 0
     and s.history is null
     and ({has_attempts} or s.attempts <= 1);
  update pyorch.item_state s
     set phase = 'waiting',
         attempts = greatest(s.attempts - 1, 0),
         retry_at = null,
         token = 0,
         lease_until = null
   where s.queue_id = {q}
     and s.item_id = any (v_items);
  return query select r from unnest(v_receipts) r;
end;
$template$;
$$;

comment on function pyorch._attached_release_template() is
  'Template of pyorch._q_release_<queue> of attached queues.';

revoke all on function pyorch._attached_release_template() from public;
