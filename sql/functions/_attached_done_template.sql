-- pyorch._attached_done_template()
-- Body of pyorch._q_done_<queue> of an attached queue whose table holds its claims, without a limit
-- on those in work: complete one item. What the table does not prove, _q_complete_<queue> looks
-- into.
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
  v_known boolean;
begin
  if {is_receipt_p} then
    update {rel} j
       set {set_complete}
      from (select p_result as result) m
     where j.{id} {eq} pg_catalog.substr(p_receipt, {item_at})::{id_cast}
       and {held_j}
       and {locked_j} = pg_catalog.to_timestamp(
             pg_catalog.substr(p_receipt, {token_at}, 16)::float8 / 1e6::float8)
    returning exists (
                select 1
                  from pyorch.item_state s
                 where s.queue_id = {q}
                   and s.item_id = pg_catalog.substr(p_receipt, {item_at})
              )
         into v_known;
    if v_known is false then
      return true;
    elsif v_known then
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
