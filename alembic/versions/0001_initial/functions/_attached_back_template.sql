-- pyorch._attached_back_template()
-- Part of the unlock template: what becomes of the items v_items, whose rows are locked: their
-- state rows remember one more lost lease, their own rows go to pending or, all used up, to dead.
create or replace function pyorch._attached_back_template()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select $template$
  v_phases := array(
    select case
             when l.attempts >= {max_attempts} or coalesce(l.losses, 0) + 1 >= {max_lease_losses}
               then 'dead'
             else 'waiting'
           end
      from unnest(v_attempts, v_losses) with ordinality l (attempts, losses, n)
     order by l.n
  );
  -- no ON CONFLICT, which would cost half as much again: whoever makes a state row holds the
  -- item's row
  insert into pyorch.item_state
         (queue_id, item_id, attempts, lease_losses, phase, last_error, history)
  select {q}, l.item_id, l.attempts, 1, l.phase, 'lease ran out',
         pg_catalog.jsonb_build_array(
           v_lost || pg_catalog.jsonb_strip_nulls(
             pg_catalog.jsonb_build_object('attempt', l.attempts, 'worker', l.worker)
           )
         )
    from unnest(v_items, v_attempts, v_workers, v_losses, v_phases)
           l (item_id, attempts, worker, losses, phase)
   where l.losses is null;
  update pyorch.item_state s
     set attempts = l.attempts,
         lease_losses = s.lease_losses + 1,
         phase = l.phase,
         token = 0,
         lease_until = null,
         retry_at = null,
         last_error = 'lease ran out',
         history = {history_s} || (
           v_lost || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
             'attempt', l.attempts,
             'worker', coalesce(l.worker, case s.phase when 'working' then s.worker end)
           ))
         )
    from (
      select {q} as queue_id, u.*
        from unnest(v_items, v_attempts, v_workers, v_losses, v_phases)
               u (item_id, attempts, worker, losses, phase)
       where u.losses is not null
      offset 0
    ) l
   where s.queue_id = l.queue_id
     and s.item_id = l.item_id;
  with back as (
    update {rel} j
       set {set_unlock}
      from (
        select u.item_id, u.phase, 'lease ran out' as last_error
          from unnest(v_items, v_phases) u (item_id, phase)
      ) m
     where j.{id} {eq} m.item_id::{id_type}
       and {held_j}
    returning m.phase
  )
  select pg_catalog.count(*) filter (where b.phase = 'waiting'),
         pg_catalog.count(*) filter (where b.phase = 'dead')
    into unlocked, dead
    from back b;
$template$;
$$;

comment on function pyorch._attached_back_template() is
  'Part of the unlock template of attached queues: orphans go back.';

revoke all on function pyorch._attached_back_template() from public;
