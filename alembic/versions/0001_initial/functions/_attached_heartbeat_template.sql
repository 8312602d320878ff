-- pyorch._attached_heartbeat_template()
-- Body of pyorch._q_heartbeat_<queue> of an attached queue. More time: the lease begins anew, in a
-- state row. That there is one shows in locked_at: it is no longer the one of the receipt. Those
-- that other code has finished are no longer held.
create or replace function pyorch._attached_heartbeat_template()
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
  v_tokens bigint[];
  v_attempts integer[];
  v_claimed timestamptz[];
  v_workers text[];
begin
  select pg_catalog.array_agg(h.item_id), pg_catalog.array_agg(h.receipt),
         pg_catalog.array_agg(h.token), pg_catalog.array_agg(h.attempts),
         pg_catalog.array_agg(h.claimed_at), pg_catalog.array_agg(h.worker)
    into v_items, v_receipts, v_tokens, v_attempts, v_claimed, v_workers
    from pyorch._q_hold_{queue}(p_receipts) h;
  with held as materialized (
    select h.item_id, h.token, h.attempts, h.claimed_at, h.worker,
           {in_table} and h.claimed_at
             = pg_catalog.to_timestamp(h.token::float8 / 1e6::float8) as is_alone
      from unnest(v_items, v_tokens, v_attempts, v_claimed, v_workers)
             h (item_id, token, attempts, claimed_at, worker)
  ),
  moved as (
    update {rel} j
       set {set_heartbeat}
      from held m
     where m.is_alone
       and j.{id} {eq} m.item_id::{id_type}
    returning m.item_id, m.token, m.attempts, {locked_j} as claimed_at, m.worker
  )
  insert into pyorch.item_state as s
         (queue_id, item_id, token, attempts, claimed_at, lease_until, phase, worker)
  select {q}, t.item_id, t.token, t.attempts, t.claimed_at, v_now + coalesce(p_lease, {lease}),
         'working', t.worker
    from (
      select w.* from moved w
       union all
      select h.item_id, h.token, h.attempts, h.claimed_at, h.worker
        from held h
       where not coalesce(h.is_alone, false)
    ) t
      on conflict (queue_id, item_id) do update
     set token = excluded.token,
         attempts = excluded.attempts,
         claimed_at = excluded.claimed_at,
         lease_until = excluded.lease_until,
         retry_at = null,
         phase = 'working',
         worker = excluded.worker;
  return query select r from unnest(v_receipts) r;
end;
$template$;
$$;

comment on function pyorch._attached_heartbeat_template() is
  'Template of pyorch._q_heartbeat_<queue> of attached queues.';

revoke all on function pyorch._attached_heartbeat_template() from public;
