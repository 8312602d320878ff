-- pyorch._native_complete()
-- Template of complete of a native queue. A receipt is priority.id.token; a token of 0, which a
-- pending item has, is refused by the pattern {a_receipt}. One receipt takes the short way: it is
-- the common case and costs half.
create or replace function pyorch._native_complete()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = ''
as $template$
  select $body$
declare
  v_now constant timestamptz := {now};
  v_receipts text[];
  v_ids bigint[];
  v_keys text[];
  v_groups text[];
  v_id bigint;
  v_key text;
  v_group text;
begin
  if {single} and pg_catalog.cardinality(p_receipts) = 1 and p_receipts[1] ~ {a_receipt} then
    delete from pyorch.native_{q} i
     where i.priority = pg_catalog.split_part(p_receipts[1], '.', 1)::integer
       and i.id = pg_catalog.split_part(p_receipts[1], '.', 2)::bigint
       and i.token = pg_catalog.split_part(p_receipts[1], '.', 3)::bigint
    returning i.id, i.key, i.group_name
      into v_id, v_key, v_group;
    if found then
      if v_key is not null or v_group is not null then
        perform pyorch._q_leave_{q}(array[v_id], array[v_key], array[v_group]);
      end if;
      return next p_receipts[1];
    end if;
    return;
  end if;

  with gone as (
    delete from pyorch.native_{q} i
     using (
       select r.receipt,
              p_results[r.n] as result,
              pg_catalog.split_part(r.receipt, '.', 1)::integer as priority,
              pg_catalog.split_part(r.receipt, '.', 2)::bigint as id,
              pg_catalog.split_part(r.receipt, '.', 3)::bigint as token
         from pg_catalog.unnest(p_receipts) with ordinality r (receipt, n)
        where r.receipt ~ {a_receipt}
     ) g
     where i.priority = g.priority
       and i.id = g.id
       and i.token = g.token
    returning g.receipt, g.result, i.*
  ){keep}
  select pg_catalog.array_agg(e.receipt),
         pg_catalog.array_agg(e.id) filter (where e.held),
         pg_catalog.array_agg(e.key) filter (where e.held),
         pg_catalog.array_agg(e.group_name) filter (where e.held)
    into v_receipts, v_ids, v_keys, v_groups
    from (
      select g.receipt, g.id, g.key, g.group_name,
             g.key is not null or g.group_name is not null as held
        from gone g
    ) e;
  if v_ids is not null then
    perform pyorch._q_leave_{q}(v_ids, v_keys, v_groups);
  end if;
  return query select r from pg_catalog.unnest(v_receipts) r;
end;
$body$
$template$;

comment on function pyorch._native_complete() is
  'Template of pyorch._q_complete_<queue> of a native queue.';

revoke all on function pyorch._native_complete() from public;
