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
  v_unlocked bigint;
  v_dead bigint;
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
    with due as materialized (
      select s.item_id, s.attempts
        from pyorch.item_state s
       where s.queue_id = {q}
         and s.phase = 'working'
         and s.lease_until <= v_now
       order by s.lease_until
       limit v_left
         for no key update skip locked
    ),
    lost as materialized (
      select k.{id} as id,
             case when {has_attempts} then {attempts_k} else d.attempts end as attempts
        from due d
        join {rel} k on k.{id} {eq} d.item_id::{id_type}
       where k.{status} {eq} {is_processing}
         for no key update of k skip locked
    ),
    {back}
      into v_unlocked, v_dead
      from back b;
    unlocked := v_unlocked;
    dead := v_dead;
    v_left := v_left - v_unlocked - v_dead;

    -- what is still due now was finished by other code, or its row is held
    delete from pyorch.item_state s
     where s.queue_id = {q}
       and s.item_id = any (array(
         select d.item_id
           from pyorch.item_state d
          where d.queue_id = {q}
            and d.phase = 'working'
            and d.lease_until <= v_now
          order by d.lease_until
          limit 1000
            for update skip locked
       ))
       and not exists (
         select 1
           from {rel} k
          where k.{id} {eq} s.item_id::{id_type}
            and k.{status} {eq} {is_processing}
       );
  end if;

  if v_left > 0 then
    with lost as materialized (
      select k.{id} as id, {attempts_k} as attempts
        from {rel} k
       where {stale_k}
         and not exists (
           select 1
             from pyorch.item_state s
            where s.queue_id = {q}
              and s.item_id = k.{id}::text
              and s.phase = 'working'
         )
       order by {stale_order}
       limit v_left
         for no key update of k skip locked
    ),
    {back}
      into v_unlocked, v_dead
      from back b;
    unlocked := unlocked + v_unlocked;
    dead := dead + v_dead;
    v_left := v_left - v_unlocked - v_dead;
  end if;

  if {has_undated} and v_left > 0 then
    with lost as materialized (
      select k.{id} as id, {attempts_k} as attempts
        from {rel} k
       where {undated_k}
         and not exists (
           select 1
             from pyorch.item_state s
            where s.queue_id = {q}
              and s.item_id = k.{id}::text
              and s.phase = 'working'
         )
       order by k.{id}
       limit v_left
         for no key update of k skip locked
    ),
    {back}
      into v_unlocked, v_dead
      from back b;
    unlocked := unlocked + v_unlocked;
    dead := dead + v_dead;
    v_left := v_left - v_unlocked - v_dead;
  end if;

  -- state rows of items that other code has finished since: a few at each call, round and round
  select a.sweep_after
    into v_after
    from pyorch.attached a
   where a.queue_id = {q}
     for no key update skip locked;
  if found then
    with look as materialized (
      select s.item_id
        from pyorch.item_state s
       where s.queue_id = {q}
         and s.item_id > v_after
       order by s.item_id
       limit 200
    ),
    forgotten as (
      delete from pyorch.item_state s
       using look l
       where s.queue_id = {q}
         and s.item_id = l.item_id
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
