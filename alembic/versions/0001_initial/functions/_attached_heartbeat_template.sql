-- pyorch._attached_heartbeat_template()
-- Body of pyorch._q_heartbeat_<queue> of an attached queue. More time: the lease begins anew, in a
-- state row. Those that other code has finished are no longer held.
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
  insert into pyorch.item_state as s
         (queue_id, item_id, token, attempts, claimed_at, lease_until, phase, worker)
  select {q}, t.item_id, t.token, t.attempts, t.claimed_at, v_now + coalesce(p_lease, {lease}),
         'working', t.worker
    from unnest(v_items, v_tokens, v_attempts, v_claimed, v_workers)
           t (item_id, token, attempts, claimed_at, worker)
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
