-- pyorch._attached_explain_template()
-- Body of pyorch._q_explain_<queue> of an attached queue. Why an item is, or is not, claimed: its
-- row, its state and what comes next. Null: there is no such item.
create or replace function pyorch._attached_explain_template()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = ''
as $$
  select $template$
declare
  v_now constant timestamptz := {now};
  v_item record;
  v_state pyorch.item_state;
  v_ready boolean;
begin
  if not pyorch._fits(p_item_id, {id_type_text}) then
    return null;
  end if;
  select k.{status}::text as status, {attempts_k} as attempts
    into v_item
    from {rel} k
   where k.{id} {eq} p_item_id::{id_type};
  if not found then
    return null;
  end if;
  select * into v_state from pyorch.item_state s where s.queue_id = {q} and s.item_id = p_item_id;
  v_ready := exists (
    select 1
      from {rel} k
     where k.{id} {eq} p_item_id::{id_type}
       and {ready_k}
  );
  return pyorch._attached_explanation(
    {q}, p_item_id, v_item.status,
    case when {has_attempts} then v_item.attempts else coalesce(v_state.attempts, 0) end,
    pg_catalog.to_jsonb(v_state), v_ready, v_now
  );
end;
$template$;
$$;

comment on function pyorch._attached_explain_template() is
  'Template of pyorch._q_explain_<queue> of attached queues.';

revoke all on function pyorch._attached_explain_template() from public;
