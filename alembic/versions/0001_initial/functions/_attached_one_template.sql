-- pyorch._attached_one_template()
-- Body of pyorch._q_one_<queue> of an attached queue whose table holds its claims, without limits
-- and groups: claim one item in one look-up and one update. Whatever is not that simple,
-- _q_claim_<queue> does: a lease of its own, a session that is not busy, a look from the start that
-- is due, nothing ahead. Each expression here costs as much as reading a row, so there are few.
create or replace function pyorch._attached_one_template()
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
  v_paused boolean;
  v_now timestamptz;
  -- as _q_claim_<queue> keeps it
  v_cursor text[];
  v_token bigint;
  v_item pyorch.claimed;
  v_locked_at timestamptz;
  v_is_first boolean;
  v_at text;
  v_items text[];
  v_attempts integer[];
  v_locked timestamptz[];
begin
  select q.paused, coalesce(p_lease, q.lease), {now}, {cursor}
    into v_paused, p_lease, v_now, v_cursor
    from pyorch.queue q
   where q.queue_id = {q};
  if v_paused then
    return null;
  end if;
  if p_lease = {lease} and ({is_ahead} or not {moves}) then
    v_token := {token};
{take}    if v_is_first then
      return v_item;
    end if;
    if v_item.item_id is not null then
      if v_locked_at is distinct from {fence} or exists (
        select 1
          from pyorch.item_state s
         where s.queue_id = {q}
           and s.item_id = v_item.item_id
           and s.phase <> 'waiting'
      ) then
        v_items := array[v_item.item_id];
        v_attempts := array[v_item.attempt];
        v_locked := array[v_locked_at];
{claim_state}      end if;
      return v_item;
    end if;
  end if;
  select * into v_item from pyorch._q_claim_{queue}(p_worker, 1, p_lease);
  return v_item;
end;
$template$;
$$;

comment on function pyorch._attached_one_template() is
  'Template of pyorch._q_one_<queue> of attached queues.';

revoke all on function pyorch._attached_one_template() from public;
