-- pyorch._attached_claim_template()
-- Body of pyorch._q_claim_<queue> of an attached queue. Take the next items: their rows go to
-- processing, their state rows carry token and lease.
create or replace function pyorch._attached_claim_template()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = ''
as $$
  select $template$
#variable_conflict use_column
declare
  v_now constant timestamptz := {now};
  v_until constant timestamptz := v_now + coalesce(p_lease, {lease});
  v_token bigint;
  v_items text[];
  v_payloads jsonb[];
  v_attempts integer[];
begin
  lease_until := v_until;
  if p_batch = 1 then
    -- LIMIT as a constant: only then is the cheap plan seen as cheap
    update {rel} j
       set {set_claim}
     where j.{id} {eq} (
       select k.{id}
         from {rel} k
        where {ready_k}
        order by {order}
        limit 1
          for no key update of k skip locked
     )
    returning j.{id}::text, {payload}, {attempt_j}, pg_catalog.nextval('pyorch.q_token_{queue}')
         into item_id, payload, attempt, v_token;
    if item_id is null then
      return;
    end if;
    insert into pyorch.item_state as s
           (queue_id, item_id, token, attempts, claimed_at, lease_until, phase, worker)
    values ({q}, item_id, v_token, attempt, v_now, lease_until, 'working', p_worker)
        on conflict (queue_id, item_id) do update
       set token = excluded.token,
           attempts = {attempt_kept},
           lease_losses = case s.phase when 'dead' then 0 else s.lease_losses end,
           claimed_at = excluded.claimed_at,
           lease_until = excluded.lease_until,
           retry_at = null,
           phase = 'working',
           worker = excluded.worker
    returning s.attempts into attempt;
    receipt := '{q}-' || v_token || '-' || item_id;
    return next;
    return;
  end if;

  with pick as materialized (
    select k.{id} as id
      from {rel} k
     where {ready_k}
     order by {order}
     limit greatest(p_batch, 0)
       for no key update of k skip locked
  ),
  -- the order of the claim is the order of the answer
  place as materialized (
    select p.id, pg_catalog.row_number() over () as n from pick p
  ),
  taken as (
    update {rel} j
       set {set_claim}
      from place p
     where j.{id} {eq} p.id
    returning j.{id}::text as item_id, {payload} as payload, {attempt_j} as attempt, p.n
  )
  select pg_catalog.array_agg(t.item_id order by t.n),
         pg_catalog.array_agg(t.payload order by t.n),
         pg_catalog.array_agg(t.attempt order by t.n)
    into v_items, v_payloads, v_attempts
    from taken t;
  if v_items is null then
    return;
  end if;
  insert into pyorch.item_state as s
         (queue_id, item_id, token, attempts, claimed_at, lease_until, phase, worker)
  select {q}, t.item_id, pg_catalog.nextval('pyorch.q_token_{queue}'), t.attempt, v_now, v_until,
         'working', p_worker
    from unnest(v_items, v_attempts) t (item_id, attempt)
      on conflict (queue_id, item_id) do update
     set token = excluded.token,
         attempts = {attempt_kept},
         lease_losses = case s.phase when 'dead' then 0 else s.lease_losses end,
         claimed_at = excluded.claimed_at,
         lease_until = excluded.lease_until,
         retry_at = null,
         phase = 'working',
         worker = excluded.worker;
  -- looked up again by key: a join with the rows that the INSERT returns would be a nested loop
  return query
    select t.item_id, t.payload, s.attempts, '{q}-' || s.token || '-' || s.item_id, s.lease_until
      from (
             select {q} as queue_id, u.*
               from unnest(v_items, v_payloads) with ordinality u (item_id, payload, n)
             offset 0
           ) t
      join pyorch.item_state s on s.queue_id = t.queue_id and s.item_id = t.item_id
     order by t.n;
end;
$template$;
$$;

comment on function pyorch._attached_claim_template() is
  'Template of pyorch._q_claim_<queue> of attached queues.';

revoke all on function pyorch._attached_claim_template() from public;
