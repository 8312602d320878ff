-- pyorch._attached_claim_template()
-- Body of pyorch._q_claim_<queue> of an attached queue. Take the next items: their rows go to
-- processing. Where the table has attempts and a locked_at that is exact to the microsecond, that
-- is all: locked_at is the fence, another one at each claim. A state row is written only for a
-- lease of its own (then locked_at is one microsecond after the token, so that complete sees it),
-- where a trigger put another time there, and where an earlier holder left one. Other tables: the
-- state row carries token, lease and attempts.
--
-- Rows are found again by ctid. One that other code sends back between our look and our lock may be
-- missed so: it is left to the next claim.
--
-- Where the order of the table is one of time, the look of a busy session starts at its last claim
-- (kept in a custom setting, so that it comes back when the transaction rolls back) and does not
-- pass what is dead before that again. A hint and nothing else: what came back, or committed late,
-- behind it is found by a look from the start, which may take half a percent of a session's time,
-- and at once where there is too little ahead.
create or replace function pyorch._attached_claim_template()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select $template$
#variable_conflict use_column
declare
  v_now constant timestamptz := {claim_now};
  v_token constant bigint := {token};
  v_fence constant timestamptz := {claim_fence};
  -- when a look from the start is due (0: at each claim), how many items this session had (64: it
  -- is busy), where the last of them stands
  v_cursor constant text[] := {cursor};
  v_ahead boolean := {for_all} and coalesce({is_ahead}, false);
  v_from_at {at_type} := {from_at};
  v_from_id {id_cast} := {from_id};
  v_start double precision;
  v_count integer := 64;
  v_blocks bigint;
  v_at text;
  v_done boolean;
  v_locked_at timestamptz;
  v_got record;
  v_items text[];
  v_payloads jsonb[];
  v_attempts integer[];
  v_locked timestamptz[];
  v_picked {place_type}[];
  v_refused {place_type}[];
begin
  -- each expression counts here: it is made ready anew in each transaction
  if {moves} and not v_ahead then
    v_start := pg_catalog.date_part('epoch', pg_catalog.clock_timestamp());
    v_count := coalesce(v_cursor[2]::integer, 0);
    if v_count < 64 then
      v_blocks := {blocks};
    end if;
  end if;
{pick_groups}  loop
    if p_batch = 1 and not {grouped} then
      -- LIMIT as a constant: only then is the cheap plan seen as cheap
      update {rel} j
         set {set_claim}
       where j.{at} {eq} (
         select k.{at}
           from {rel} k
          where {ready_k}{from_k}
          order by {order}
          limit 1
            for no key update of k skip locked
       )
      -- a first attempt has no state row
      returning j.{id}::text, {payload}, {attempt_j}, {locked_j}, {at_j},
                '{q}-' || v_token || '-' || j.{id}::text, v_fence + p_lease,
                {locked_j} = v_fence and p_lease = {lease} and {attempt_j} = 1
           into item_id, payload, attempt, v_locked_at, v_at, receipt, lease_until, v_done;
      exit when item_id is not null;
    else
      with pick as materialized (
{pick}      ),
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
                  {locked_j} as locked_at, {at_j} as at, p.n
      )
      select pg_catalog.array_agg(t.item_id order by t.n) as items,
             pg_catalog.array_agg(t.payload order by t.n) as payloads,
             pg_catalog.array_agg(t.attempt order by t.n) as attempts,
             pg_catalog.array_agg(t.locked_at order by t.n) as locked,
             pg_catalog.array_agg(t.at order by t.n) as at
        into v_got
        from taken t;
      if v_got.items is not null then
        v_items := v_items || v_got.items;
        v_payloads := v_payloads || v_got.payloads;
        v_attempts := v_attempts || v_got.attempts;
        v_locked := v_locked || v_got.locked;
        item_id := v_got.items[pg_catalog.cardinality(v_got.items)];
        v_at := v_got.at[pg_catalog.cardinality(v_got.items)];
      end if;
      exit when pg_catalog.cardinality(v_items) = p_batch;
    end if;
    exit when not v_ahead;
    v_ahead := false;
    v_from_at := {first_at};
    v_from_id := {first_id};
    v_start := pg_catalog.date_part('epoch', pg_catalog.clock_timestamp());
  end loop;
  if item_id is null then
    return;
  end if;

  if v_ahead then
    v_at := pg_catalog.set_config(
      '{setting}', v_cursor[1] || '|64|' || v_at || '|' || item_id{still_up_to}, false);
  elsif {moves} then
    if v_count < 64 then
      -- that it had to look at many pages is as good a reason
      v_count := case when {blocks} > v_blocks + 24 then 64 else least(v_count + p_batch, 64) end;
    end if;
    v_at := pg_catalog.set_config(
      '{setting}',
      (
        select case when v_count < 64 then 0
                 else e.now + least(greatest(200::float8 * (e.now - v_start), 0.5), 10) end
          from pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) e (now)
      ) || '|' || v_count || '|' || v_at || '|' || item_id{up_to},
      false
    );
  end if;
  if v_done then
    return next;
    return;
  end if;
  if v_items is null then
    v_items := array[item_id];
    v_payloads := array[payload];
    v_attempts := array[attempt];
    v_locked := array[v_locked_at];
  end if;

  if p_lease <> {lease}
     or not coalesce(v_fence = all (v_locked), false)
     or (1 <> any (v_attempts) and exists (
       select 1
         from pyorch.item_state s
        where s.queue_id = {q}
          and s.item_id = any (v_items)
          and s.phase <> 'waiting'
     )) then
{claim_state}  end if;
  return query
    select t.item_id, t.payload, t.attempt,
           '{q}-' || pg_catalog.lpad(v_token::text, 16, '0') || '-' || t.item_id,
           coalesce(v_fence, v_now) + p_lease
      from unnest(v_items, v_payloads, v_attempts) t (item_id, payload, attempt);
end;
$template$;
$$;

comment on function pyorch._attached_claim_template() is
  'Template of pyorch._q_claim_<queue> of attached queues.';

revoke all on function pyorch._attached_claim_template() from public;
