-- pyorch._attached_claim_template()
-- Body of pyorch._q_claim_<queue> of an attached queue. Take the next items: their rows go to
-- processing. Where the table has attempts and a locked_at that is exact to the microsecond, that
-- is all: locked_at is the fence, another one at each claim (its last three digits count claims).
-- A state row is written only for a lease of its own, where a trigger put another time there, and
-- where an earlier holder left one. Other tables: the state row carries token, lease and attempts.
--
-- Rows are found again by ctid. One that other code sends back between our look and our lock may be
-- missed so: it is left to the next claim.
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
  v_token constant bigint := {token};
  v_fence constant timestamptz := {fence};
  v_until constant timestamptz := coalesce(v_fence, v_now) + p_lease;
  v_plain constant boolean := {in_table} and p_lease = {lease};
  v_item text;
  v_locked_at timestamptz;
  v_items text[];
  v_payloads jsonb[];
  v_attempts integer[];
  v_locked timestamptz[];
begin
  if p_batch = 1 then
    -- LIMIT as a constant: only then is the cheap plan seen as cheap
    update {rel} j
       set {set_claim}
     where j.{at} {eq} (
       select k.{at}
         from {rel} k
        where {ready_k}
        order by {order}
        limit 1
          for no key update of k skip locked
     )
    returning j.{id}::text, {payload}, {attempt_j}, {locked_j}
         into v_item, payload, attempt, v_locked_at;
    if v_item is null then
      return;
    end if;
    -- a first attempt has no state row
    if v_plain and v_locked_at = v_fence and attempt = 1 then
      item_id := v_item;
      receipt := '{q}-' || v_token || '-' || v_item;
      lease_until := v_until;
      return next;
      return;
    end if;
    v_items := array[v_item];
    v_payloads := array[payload];
    v_attempts := array[attempt];
    v_locked := array[v_locked_at];
  else
    with pick as materialized (
      select k.{at} as at
        from {rel} k
       where {ready_k}
       order by {order}
       limit p_batch
         for no key update of k skip locked
    ),
    -- the order of the claim is the order of the answer
    place as materialized (
      select p.at, pg_catalog.row_number() over () as n from pick p
    ),
    taken as (
      update {rel} j
         set {set_claim}
        from place p
       where j.{at} {eq} p.at
      returning j.{id}::text as item_id, {payload} as payload, {attempt_j} as attempt,
                {locked_j} as locked_at, p.n
    )
    select pg_catalog.array_agg(t.item_id order by t.n),
           pg_catalog.array_agg(t.payload order by t.n),
           pg_catalog.array_agg(t.attempt order by t.n),
           pg_catalog.array_agg(t.locked_at order by t.n)
      into v_items, v_payloads, v_attempts, v_locked
      from taken t;
    if v_items is null then
      return;
    end if;
  end if;

  if not v_plain
     or not coalesce(v_fence = all (v_locked), false)
     or (1 <> any (v_attempts) and exists (
       select 1
         from pyorch.item_state s
        where s.queue_id = {q}
          and s.item_id = any (v_items)
          and s.phase <> 'waiting'
     )) then
    insert into pyorch.item_state as s
           (queue_id, item_id, token, attempts, claimed_at, lease_until, phase, worker)
    select {q}, t.item_id, v_token, t.attempt, {claimed_t}, v_until, 'working', p_worker
      from unnest(v_items, v_attempts, v_locked) t (item_id, attempt, locked_at)
        on conflict (queue_id, item_id) do update
       set token = excluded.token,
           attempts = {attempt_kept},
           lease_losses = case s.phase when 'dead' then 0 else s.lease_losses end,
           claimed_at = excluded.claimed_at,
           lease_until = excluded.lease_until,
           retry_at = null,
           phase = 'working',
           worker = excluded.worker;
    if not {has_attempts} then
      -- looked up by key: a join with the rows that the INSERT returns would be a nested loop
      select pg_catalog.array_agg(s.attempts order by t.n)
        into v_attempts
        from (
               select {q} as queue_id, u.*
                 from unnest(v_items) with ordinality u (item_id, n)
               offset 0
             ) t
        join pyorch.item_state s on s.queue_id = t.queue_id and s.item_id = t.item_id;
    end if;
  end if;
  return query
    select t.item_id, t.payload, t.attempt,
           '{q}-' || pg_catalog.lpad(v_token::text, 16, '0') || '-' || t.item_id, v_until
      from unnest(v_items, v_payloads, v_attempts) t (item_id, payload, attempt);
end;
$template$;
$$;

comment on function pyorch._attached_claim_template() is
  'Template of pyorch._q_claim_<queue> of attached queues.';

revoke all on function pyorch._attached_claim_template() from public;
