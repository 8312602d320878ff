-- pyorch._attached_complete_template()
-- Body of pyorch._q_complete_<queue> of an attached queue. Done: only while the row still stands in
-- processing and the receipt is the one of its claim. A state row whose item other code has
-- finished goes silently, and the receipt is stale.
create or replace function pyorch._attached_complete_template()
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
  v_receipt constant text := p_receipts[1];
  v_item text;
begin
  if pg_catalog.cardinality(p_receipts) = 1 then
    delete from pyorch.item_state s
     where s.queue_id = {q}
       and s.item_id = substring(v_receipt from '^{q}-[0-9]{1,18}-(.*)$')
       and s.token = substring(v_receipt from '^{q}-([0-9]{1,18})-')::bigint
    returning s.item_id into v_item;
    if found then
      update {rel} j
         set {set_complete}
        from (select p_results[1] as result) m
       where j.{id} {eq} v_item::{id_type}
         and {held_j};
      if found then
        return next v_receipt;
      end if;
    end if;
    return;
  end if;

  return query
    with r as materialized (
      select {q} as queue_id,
             t.receipt, t.result,
             substring(t.receipt from '^{q}-([0-9]{1,18})-')::bigint as token,
             substring(t.receipt from '^{q}-[0-9]{1,18}-(.*)$') as item_id
        from unnest(p_receipts, p_results) t (receipt, result)
    ),
    mine as (
      delete from pyorch.item_state s
       using r
       where s.queue_id = r.queue_id
         and s.item_id = r.item_id
         and s.token = r.token
      returning s.item_id, r.receipt, r.result
    ),
    done as (
      update {rel} j
         set {set_complete}
        from mine m
       where j.{id} {eq} m.item_id::{id_type}
         and {held_j}
      returning m.receipt
    )
    select d.receipt from done d;
end;
$template$;
$$;

comment on function pyorch._attached_complete_template() is
  'Template of pyorch._q_complete_<queue> of attached queues.';

revoke all on function pyorch._attached_complete_template() from public;
