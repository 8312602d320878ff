-- pyorch._attached_unlock_template()
-- Body of pyorch._q_unlock_<queue> of an attached queue. Orphans go back to pending, or to dead
-- when their attempts or lease losses are used up: first our own expired leases, then what other
-- code left in processing for longer than a lease. Oldest first, at most p_batch, and nothing is
-- ever waited for: a row that somebody holds is left for the next time.
create or replace function pyorch._attached_unlock_template()
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
  v_now constant timestamptz := {now};
  v_cutoff constant timestamptz := v_now - ({held_for});
  v_left integer := coalesce(p_batch, 10000);
  v_due text[];
  v_claimed timestamptz[];
  -- the orphans, their attempts, who had them as far as the table tells, and the leases they lost
  -- before; null: no state row yet
  v_items text[] := array[]::text[];
  v_attempts integer[] := array[]::integer[];
  v_workers text[] := array[]::text[];
  v_losses integer[] := array[]::integer[];
  v_phases text[];
  v_lost constant jsonb := pg_catalog.jsonb_build_object('at', v_now, 'error', 'lease ran out');
  v_after text;
  v_next text;
begin
  unlocked := 0;
  dead := 0;
  begin
    lock table {rel} in row exclusive mode nowait;
  exception
    -- somebody alters the table, or it is gone (health says so): the other queues go on
    when lock_not_available or undefined_table or insufficient_privilege then
      -- see pyorch._unlock_queue
      perform pg_catalog.set_config('pyorch.blind', sqlstate, true);
      return next;
      return;
  end;

  if exists (
    select 1
      from pyorch.item_state s
     where s.queue_id = {q}
       and s.phase = 'working'
       and s.lease_until <= v_now
  ) then
    select pg_catalog.array_agg(d.item_id),
           pg_catalog.array_agg(d.attempts),
           pg_catalog.array_agg(d.lease_losses),
           pg_catalog.array_agg(d.claimed_at)
      into v_due, v_attempts, v_losses, v_claimed
      from (
        select s.item_id, s.attempts, s.lease_losses, s.claimed_at
          from pyorch.item_state s
         where s.queue_id = {q}
           and s.phase = 'working'
           and s.lease_until <= v_now
         order by s.lease_until
         limit v_left
           for no key update skip locked
      ) d;
    -- the lock inside keeps this a look-up by id for each of them
    select coalesce(pg_catalog.array_agg(k.id::text), array[]::text[]),
           coalesce(pg_catalog.array_agg(k.attempts), array[]::integer[]),
           coalesce(pg_catalog.array_agg(k.worker), array[]::text[]),
           coalesce(pg_catalog.array_agg(k.lease_losses), array[]::integer[])
      into v_items, v_attempts, v_workers, v_losses
      from unnest(v_due, v_attempts, v_losses, v_claimed)
             s (item_id, state_attempts, state_losses, claimed_at),
           lateral (
             select k.{id} as id, {attempts_known} as attempts, {worker_k} as worker,
                    s.state_losses as lease_losses
               from {rel} k
              where k.{id} {eq} s.item_id::{id_type}
                and {held_k}
                and not ({in_table} and {locked_k} is distinct from s.claimed_at)
                for no key update of k skip locked
           ) k;
    -- the others were finished by other code, or somebody holds their rows
    delete from pyorch.item_state s
     using (
       select {q} as queue_id, d as item_id
         from pg_catalog.unnest(v_due) d
        where pg_catalog.cardinality(v_items) < pg_catalog.cardinality(v_due)
       offset 0
     ) d
     where s.queue_id = d.queue_id
       and s.item_id = d.item_id
       and not exists (
         select 1
           from {rel} k
          where k.{id} {eq} s.item_id::{id_type}
            and {held_k}
            and not ({in_table} and {locked_k} is distinct from s.claimed_at)
       );
    v_left := v_left - pg_catalog.cardinality(v_items);
  end if;

  if v_left > 0 then
    select v_items || coalesce(pg_catalog.array_agg(l.id::text), array[]::text[]),
           v_attempts || coalesce(pg_catalog.array_agg(l.attempts), array[]::integer[]),
           v_workers || coalesce(pg_catalog.array_agg(l.worker), array[]::text[]),
           v_losses || coalesce(pg_catalog.array_agg(l.lease_losses), array[]::integer[])
      into v_items, v_attempts, v_workers, v_losses
      from (
        select k.{id} as id, {attempts_known} as attempts, {worker_k} as worker,
               s.state_losses as lease_losses
          from {rel} k
          -- offset 0: a look-up by key for each row, whatever the statistics say; names that a
          -- condition of the user's cannot mean
          left join lateral (
            select s.token as state_token, s.attempts as state_attempts,
                   s.lease_losses as state_losses
              from pyorch.item_state s
             where s.queue_id = {q}
               and s.item_id = k.{id}::text
            offset 0
          ) s on true
         where {stale_k}
           and coalesce(s.state_token, 0) = 0
         order by {stale_order}
         limit v_left
           for no key update of k skip locked
      ) l;
    v_left := coalesce(p_batch, 10000) - pg_catalog.cardinality(v_items);
  end if;

  if {has_undated} and v_left > 0 then
    select v_items || coalesce(pg_catalog.array_agg(l.id::text), array[]::text[]),
           v_attempts || coalesce(pg_catalog.array_agg(l.attempts), array[]::integer[]),
           v_workers || coalesce(pg_catalog.array_agg(l.worker), array[]::text[]),
           v_losses || coalesce(pg_catalog.array_agg(l.lease_losses), array[]::integer[])
      into v_items, v_attempts, v_workers, v_losses
      from (
        select k.{id} as id, {attempts_known} as attempts, {worker_k} as worker,
               s.state_losses as lease_losses
          from {rel} k
          -- offset 0: a look-up by key for each row, whatever the statistics say; names that a
          -- condition of the user's cannot mean
          left join lateral (
            select s.token as state_token, s.attempts as state_attempts,
                   s.lease_losses as state_losses
              from pyorch.item_state s
             where s.queue_id = {q}
               and s.item_id = k.{id}::text
            offset 0
          ) s on true
         where {undated_k}
           and coalesce(s.state_token, 0) = 0
         limit v_left
           for no key update of k skip locked
      ) l;
  end if;

  -- their rows are locked now; a worker may have got more time for one before that, since our look
  if {in_table} and exists (
    select 1
      from pyorch.item_state s
     where s.queue_id = {q}
       and s.item_id = any (v_items)
       and s.lease_until > v_now
  ) then
    select coalesce(pg_catalog.array_agg(u.item_id), array[]::text[]),
           coalesce(pg_catalog.array_agg(u.attempts), array[]::integer[]),
           coalesce(pg_catalog.array_agg(u.worker), array[]::text[]),
           coalesce(pg_catalog.array_agg(u.losses), array[]::integer[])
      into v_items, v_attempts, v_workers, v_losses
      from (
             select {q} as queue_id, x.*
               from unnest(v_items, v_attempts, v_workers, v_losses)
                      x (item_id, attempts, worker, losses)
             offset 0
           ) u
     where not exists (
       select 1
         from pyorch.item_state s
        where s.queue_id = u.queue_id
          and s.item_id = u.item_id
          and s.lease_until > v_now
     );
  end if;

  if pg_catalog.cardinality(v_items) > 0 then
{back}  end if;

{sweep}  return next;
end;
$template$;
$$;

comment on function pyorch._attached_unlock_template() is
  'Template of pyorch._q_unlock_<queue> of attached queues.';

revoke all on function pyorch._attached_unlock_template() from public;
