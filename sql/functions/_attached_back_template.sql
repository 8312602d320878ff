-- pyorch._attached_back_template()
-- Part of the unlock template: what becomes of the items v_items: their state rows
-- remember one more lost lease, their own rows go to pending or, all used up, to dead.
create or replace function pyorch._attached_back_template()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = ''
as $$
  select $template$
  with lost as (
    select l.item_id, l.attempts from unnest(v_items, v_attempts) l (item_id, attempts)
  ),
  state as (
    insert into pyorch.item_state as s
           (queue_id, item_id, attempts, lease_losses, phase, last_error, history)
    select {q}, l.item_id, l.attempts, 1,
           case when l.attempts >= {max_attempts} or {max_lease_losses} <= 1
             then 'dead' else 'waiting' end,
           'lease ran out',
           pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
             'at', v_now, 'attempt', l.attempts, 'error', 'lease ran out'
           ))
      from lost l
        on conflict (queue_id, item_id) do update
       set attempts = {attempts_kept},
           lease_losses = s.lease_losses + 1,
           phase = case
             when {attempts_kept} >= {max_attempts} or s.lease_losses + 1 >= {max_lease_losses}
               then 'dead'
             else 'waiting'
           end,
           token = 0,
           lease_until = null,
           retry_at = null,
           last_error = excluded.last_error,
           history = {history_s} || pg_catalog.jsonb_build_array(
             pg_catalog.jsonb_build_object(
               'at', v_now, 'attempt', s.attempts, 'error', 'lease ran out', 'worker', s.worker
             )
           )
    returning s.item_id, s.phase, s.last_error
  ),
  back as (
    update {rel} j
       set {set_unlock}
      from state m
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
