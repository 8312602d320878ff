-- pyorch._attached_done_template()
-- Body of pyorch._q_done_<queue> of an attached queue whose table holds its claims, without a limit
-- on those in work: complete one item. A first attempt whose locked_at is the one of its receipt
-- has no state row. What the table does not prove, _q_complete_<queue> looks into.
create or replace function pyorch._attached_done_template()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select $template$
declare
  v_now timestamptz{complete_at};
  v_is_first boolean;
begin
  if {is_receipt_p} then
    update {rel} j
       set {set_complete}
      from (select p_result as result) m
     where j.{id} {eq} nullif(pg_catalog.substr(p_receipt, {item_at}), '')::{id_cast}
       and {held_j}
       and {token_j}::text = pg_catalog.substr(p_receipt, {token_at}, 16)
    returning {attempt_j} = 1
         into v_is_first;
    if v_is_first then
      return true;
    elsif found then
      delete from pyorch.item_state s
       where s.queue_id = {q}
         and s.item_id = pg_catalog.substr(p_receipt, {item_at});
      return true;
    end if;
  end if;
  return exists (
    select 1 from pyorch._q_complete_{queue}(array[p_receipt], array[p_result])
  );
end;
$template$;
$$;

comment on function pyorch._attached_done_template() is
  'Template of pyorch._q_done_<queue> of attached queues.';

revoke all on function pyorch._attached_done_template() from public;
