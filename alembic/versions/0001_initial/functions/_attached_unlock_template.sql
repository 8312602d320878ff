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
  set search_path = ''
as $$
  select $template$
#variable_conflict use_column
declare
  v_now constant timestamptz := {now};
  v_cutoff constant timestamptz := v_now - {lease};
  v_left integer := coalesce(p_batch, 10000);
  v_due text[];
  -- the orphans, their attempts, and the leases they lost before; null: no state row yet
  v_items text[] := array[]::text[];
  v_attempts integer[] := array[]::integer[];
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
           pg_catalog.array_agg(d.lease_losses)
      into v_due, v_attempts, v_losses
      from (
        select s.item_id, s.attempts, s.lease_losses
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
           coalesce(pg_catalog.array_agg(k.lease_losses), array[]::integer[])
      into v_items, v_attempts, v_losses
      from unnest(v_due, v_attempts, v_losses) s (item_id, attempts, lease_losses),
           lateral (
             select k.{id} as id, {attempts_known} as attempts, s.lease_losses
               from {rel} k
              where k.{id} {eq} s.item_id::{id_type}
                and {held_k}
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
       );
    v_left := v_left - pg_catalog.cardinality(v_items);
  end if;

  if v_left > 0 then
    select v_items || coalesce(pg_catalog.array_agg(l.id::text), array[]::text[]),
           v_attempts || coalesce(pg_catalog.array_agg(l.attempts), array[]::integer[]),
           v_losses || coalesce(pg_catalog.array_agg(l.lease_losses), array[]::integer[])
      into v_items, v_attempts, v_losses
      from (
        select k.{id} as id, {attempts_known} as attempts, s.lease_losses
          from {rel} k
          -- offset 0: a look-up by key for each row, whatever the statistics say
          left join lateral (
            select s.token, s.attempts, s.lease_losses
              from pyorch.item_state s
             where s.queue_id = {q}
               and s.item_id = k.{id}::text
            offset 0
          ) s on true
         where {stale_k}
           and coalesce(s.token, 0) = 0
         order by {stale_order}
         limit v_left
           for no key update of k skip locked
      ) l;
    v_left := coalesce(p_batch, 10000) - pg_catalog.cardinality(v_items);
  end if;

  if {has_undated} and v_left > 0 then
    select v_items || coalesce(pg_catalog.array_agg(l.id::text), array[]::text[]),
           v_attempts || coalesce(pg_catalog.array_agg(l.attempts), array[]::integer[]),
           v_losses || coalesce(pg_catalog.array_agg(l.lease_losses), array[]::integer[])
      into v_items, v_attempts, v_losses
      from (
        select k.{id} as id, {attempts_known} as attempts, s.lease_losses
          from {rel} k
          -- offset 0: a look-up by key for each row, whatever the statistics say
          left join lateral (
            select s.token, s.attempts, s.lease_losses
              from pyorch.item_state s
             where s.queue_id = {q}
               and s.item_id = k.{id}::text
            offset 0
          ) s on true
         where {undated_k}
           and coalesce(s.token, 0) = 0
         limit v_left
           for no key update of k skip locked
      ) l;
  end if;

  if pg_catalog.cardinality(v_items) > 0 then
{back}  end if;

  -- state rows of items that other code has finished since: a few at each call, round and round
  select a.sweep_after
    into v_after
    from pyorch.attached a
   where a.queue_id = {q}
     for no key update skip locked;
  if found then
    with look as materialized (
      select s.queue_id, s.item_id, s.phase
        from pyorch.item_state s
       where s.queue_id = {q}
         and s.item_id > v_after
       order by s.item_id
       limit 200
    ),
    forgotten as (
      delete from pyorch.item_state s
       using look l
       where s.queue_id = l.queue_id
         and s.item_id = l.item_id
         and l.phase <> 'working'
         and s.phase <> 'working'
         and not exists (
           select 1
             from {rel} k
            where k.{id} {eq} s.item_id::{id_type}
              and (k.{status} {eq} {is_failed} and s.phase = 'dead'
                   or s.phase = 'waiting'
                   and (k.{status} {eq} {is_pending} or k.{status} {eq} {is_processing}))
         )
    )
    select case when pg_catalog.count(*) = 200 then max(l.item_id) else '' end
      into v_next
      from look l;
    if v_next <> v_after then
      update pyorch.attached a set sweep_after = v_next where a.queue_id = {q};
    end if;
  end if;

  return next;
end;
$template$;
$$;

comment on function pyorch._attached_unlock_template() is
  'Template of pyorch._q_unlock_<queue> of attached queues.';

revoke all on function pyorch._attached_unlock_template() from public;
