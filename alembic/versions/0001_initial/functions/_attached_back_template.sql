-- pyorch._attached_back_template()
-- Part of the unlock template: what becomes of the rows in `lost` (id, attempts): their state rows
-- remember one more lost lease, their own rows go to pending or, all used up, to dead.
create or replace function pyorch._attached_back_template()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = ''
as $$
  select $template$state as (
      insert into pyorch.item_state as s
             (queue_id, item_id, attempts, lease_losses, phase, last_error, history)
      select {q}, l.id::text, l.attempts, 1,
             case when l.attempts >= {max_attempts} or {max_lease_losses} <= 1
               then 'dead' else 'waiting' end,
             'lease ran out',
             pyorch._add_failure(null, v_now, l.attempts, 'lease ran out', null)
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
             history = pyorch._add_failure(s.history, v_now, s.attempts, 'lease ran out', s.worker)
      returning s.item_id, s.phase, s.last_error
    ),
    back as (
      update {rel} j
         set {set_unlock}
        from state m
       where j.{id} {eq} m.item_id::{id_type}
         and j.{status} {eq} {is_processing}
      returning m.phase
    )
    select pg_catalog.count(*) filter (where b.phase = 'waiting'),
           pg_catalog.count(*) filter (where b.phase = 'dead')$template$;
$$;

comment on function pyorch._attached_back_template() is
  'Part of the unlock template of attached queues: orphans go back.';

revoke all on function pyorch._attached_back_template() from public;
