-- pyorch._attached_explain_template()
-- Body of pyorch._q_explain_<queue> of an attached queue. Why an item is, or is not, claimed: its
-- row, its state and what comes next. Null: there is no such item.
create or replace function pyorch._attached_explain_template()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select $template$
declare
  v_now constant timestamptz := {now};
  v_item record;
  v_state jsonb;
  v_ready boolean;
begin
  if not pyorch._fits(p_item_id, {id_type_text}) then
    return null;
  end if;
  select k.{status}::text as status, {attempts_k} as attempts, {locked_k} as locked_at,
         {worker_k} as worker
    into v_item
    from {rel} k
   where k.{id} {eq} p_item_id::{id_type};
  if not found then
    return null;
  end if;
  select pg_catalog.to_jsonb(s)
    into v_state
    from pyorch.item_state s
   where s.queue_id = {q}
     and s.item_id = p_item_id;
  if {in_table} and v_item.status = {is_processing}
     and coalesce((v_state ->> 'token')::bigint, 0) = 0 then
    -- the row tells by itself
    v_state := coalesce(v_state, '{}') || pg_catalog.jsonb_build_object(
      'phase', case when v_item.locked_at is not null then 'working' end,
      'lease_until', v_item.locked_at + ({held_for}),
      'worker', v_item.worker
    );
  end if;
  v_ready := exists (
    select 1
      from {rel} k
     where k.{id} {eq} p_item_id::{id_type}
       and {ready_k}
  );
  return pyorch._attached_explanation(
    {q}, p_item_id, v_item.status,
    case
      when {has_attempts} then v_item.attempts
      else coalesce((v_state ->> 'attempts')::integer, 0)
    end,
    v_state, v_ready, v_now
  );
end;
$template$;
$$;

comment on function pyorch._attached_explain_template() is
  'Template of pyorch._q_explain_<queue> of attached queues.';

revoke all on function pyorch._attached_explain_template() from public;
