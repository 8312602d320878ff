-- pyorch._attached_complete_template()
-- Body of pyorch._q_complete_<queue> of an attached queue. Done: only while the row still stands in
-- processing and the receipt is the one of its claim. First what the table itself proves, then what
-- the state row does. A state row whose item other code has finished goes silently, and the receipt
-- is stale.
create or replace function pyorch._attached_complete_template()
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
  v_items text[];
  v_done text[];
begin
  if {in_table} then
    with r as materialized (
      select t.receipt, t.result, pg_catalog.substr(t.receipt, {item_at}) as item_id,
             pg_catalog.to_timestamp(
               pg_catalog.substr(t.receipt, {token_at}, 16)::float8 / 1e6::float8) as locked_at
        from unnest(p_receipts, p_results) t (receipt, result)
       where {is_receipt_t}
    ),
    done as (
      update {rel} j
         set {set_complete}
        from r m
       where j.{id} {eq} m.item_id::{id_cast}
         and {held_j}
         and {locked_j} = m.locked_at
      returning m.item_id, m.receipt
    )
    select pg_catalog.array_agg(d.item_id), pg_catalog.array_agg(d.receipt)
      into v_items, v_done
      from done d;
    delete from pyorch.item_state s where s.queue_id = {q} and s.item_id = any (v_items);
    return query select d from unnest(v_done) d;
    if pg_catalog.cardinality(v_done) = pg_catalog.cardinality(p_receipts) then
      return;
    end if;
  end if;

  return query
    with r as materialized (
      select {q} as queue_id, t.receipt, t.result,
             pg_catalog.substr(t.receipt, {item_at}) as item_id,
             pg_catalog.substr(t.receipt, {token_at}, 16)::bigint as token
        from unnest(p_receipts, p_results) t (receipt, result)
       where {is_receipt_t}
    ),
    mine as (
      delete from pyorch.item_state s
       using r
       where s.queue_id = r.queue_id
         and s.item_id = r.item_id
         and s.token = r.token
      returning s.item_id, s.claimed_at, r.receipt, r.result
    ),
    done as (
      update {rel} j
         set {set_complete}
        from mine m
       where j.{id} {eq} m.item_id::{id_type}
         and {held_j}
         and not ({in_table} and {locked_j} is distinct from m.claimed_at)
      returning m.receipt
    )
    select d.receipt from done d;
end;
$template$;
$$;

comment on function pyorch._attached_complete_template() is
  'Template of pyorch._q_complete_<queue> of attached queues.';

revoke all on function pyorch._attached_complete_template() from public;
