-- pyorch._attached_sweep_template()
-- Part of the unlock template: forget state rows of items that are done.
create or replace function pyorch._attached_sweep_template()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select $template$
  -- state rows of items that other code has finished since: a few at each call, round and round;
  -- after a full batch there is more urgent work
  if unlocked + dead < coalesce(p_batch, 10000) then
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
  end if;
$template$;
$$;

comment on function pyorch._attached_sweep_template() is
  'Part of the unlock template of attached queues: forgotten state rows go.';

revoke all on function pyorch._attached_sweep_template() from public;
