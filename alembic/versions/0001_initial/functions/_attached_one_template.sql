-- pyorch._attached_one_template()
-- Body of pyorch._q_one_<queue> of an attached queue whose table holds its claims, without limits
-- and groups, while it is not paused: claim one item in one look-up and one update. Whatever is not
-- that simple, _q_claim_<queue> does: a lease of its own, a session that is not busy, a look from
-- the start that is due, nothing ahead. Each expression here, each operator in a statement, is made
-- ready anew for each claim, which costs as much as reading a row: so there are few.
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
  v_now constant timestamptz := {claim_now};
  -- as _q_claim_<queue> keeps it
  v_place constant text := {place};
  v_cursor text[];
  v_drawn bigint;
  v_token bigint;
  v_fence timestamptz;
  v_item pyorch.claimed;
  v_locked_at timestamptz;
  v_is_first boolean;
  v_at text;
  v_missed integer;
  v_items text[];
  v_attempts integer[];
  v_locked timestamptz[];
begin
  if coalesce(p_lease, {lease}) = {lease} and ({is_ahead_one} or not {moves}) then
    v_token := {token};
    v_fence := {fence};
{take}    if v_is_first then
      return v_item;
    end if;
    if v_item.item_id is not null then
      if v_locked_at is distinct from v_fence or exists (
        select 1
          from pyorch.item_state s
         where s.queue_id = {q}
           and s.item_id = v_item.item_id
           and s.phase <> 'waiting'
      ) then
        p_lease := {lease};
        v_items := array[v_item.item_id];
        v_attempts := array[v_item.attempt];
        v_locked := array[v_locked_at];
{claim_state}      end if;
      return v_item;
    end if;
  end if;
  select * into v_item from pyorch._q_claim_{queue}(p_worker, 1, coalesce(p_lease, {lease}));
  return v_item;
end;
$template$;
$$;

comment on function pyorch._attached_one_template() is
  'Template of pyorch._q_one_<queue> of attached queues.';

revoke all on function pyorch._attached_one_template() from public;
