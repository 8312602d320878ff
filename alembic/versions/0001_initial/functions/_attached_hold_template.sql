-- pyorch._attached_hold_template()
-- Body of pyorch._q_hold_<queue> of an attached queue. The items behind those receipts that are not
-- stale, their rows locked: so that what fail, release and heartbeat do next holds for them all.
-- As in complete: first what the table itself proves, then what the state row does.
create or replace function pyorch._attached_hold_template()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select $template$
#variable_conflict use_column
begin
  if {in_table} then
    return query
      with r as materialized (
        select t.receipt,
               pg_catalog.substr(t.receipt, {item_at}) as item_id,
               pg_catalog.substr(t.receipt, {token_at}, 16)::bigint as token
          from unnest(p_receipts) t (receipt)
         where {is_receipt_t}
      )
      select r.receipt, k.item_id, r.token, k.attempts, k.claimed_at, k.worker
        from r,
             lateral (
               select k.{id}::text as item_id, {attempts_k} as attempts,
                      {locked_k} as claimed_at, {worker_k} as worker
                 from {rel} k
                where k.{id} {eq} r.item_id::{id_cast}
                  and {held_k}
                  and {locked_k} = pg_catalog.to_timestamp(r.token::float8 / 1e6::float8)
                  for no key update of k
             ) k;
  end if;
  return query
    with r as materialized (
      select {q} as queue_id, t.receipt,
             pg_catalog.substr(t.receipt, {item_at}) as item_id,
             pg_catalog.substr(t.receipt, {token_at}, 16)::bigint as token
        from unnest(p_receipts) t (receipt)
       where {is_receipt_t}
    ),
    mine as materialized (
      select s.item_id, s.token, s.attempts, s.claimed_at, s.worker, r.receipt
        from r
        join pyorch.item_state s on s.queue_id = r.queue_id and s.item_id = r.item_id
       where s.token = r.token
         and (not {in_table}
              or s.claimed_at is distinct from
                pg_catalog.to_timestamp(r.token::float8 / 1e6::float8))
         for no key update of s
    )
    select m.receipt, m.item_id, m.token,
           case when {has_attempts} then k.attempts else m.attempts end,
           m.claimed_at, coalesce(k.worker, m.worker)
      from mine m,
           lateral (
             select {attempts_k} as attempts, {worker_k} as worker
               from {rel} k
              where k.{id} {eq} m.item_id::{id_type}
                and {held_k}
                and not ({in_table} and {locked_k} is distinct from m.claimed_at)
                for no key update of k
           ) k;
end;
$template$;
$$;

comment on function pyorch._attached_hold_template() is
  'Template of pyorch._q_hold_<queue> of attached queues.';

revoke all on function pyorch._attached_hold_template() from public;
