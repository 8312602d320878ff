-- pyorch._native_complete()
-- Template of complete of a native queue. A receipt is priority.id.token; a token of 0, which a
-- pending item has, is never accepted. One receipt takes the short way: it is the common case and
-- costs half.
create or replace function pyorch._native_complete()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select $body$
declare
  v_head text;
  v_tail text;
  v_list text;
  v_numbers bigint[];
  v_now constant timestamptz := {now};
  v_receipts text[];
  v_ids bigint[];
  v_keys text[];
  v_groups text[];
begin
  -- all of one claim, the common case: one priority before each id, and one token behind it
  if {single} and pg_catalog.array_lower(p_receipts, 1) = 1 then
    v_head := substring(p_receipts[1] from '^-?\d{1,18}\.');
    v_tail := substring(p_receipts[1] from '\.[1-9]\d{0,17}$');
    v_list := pg_catalog.array_to_string(p_receipts, ',') || ',' || v_head;
    v_list := pg_catalog.replace(
      substr(v_list, length(v_head) + 1), v_tail || ',' || v_head, ','
    );
    if v_list ~ '^(\d{1,18},)+$' then
      v_ids := pg_catalog.string_to_array(rtrim(v_list, ','), ',')::bigint[];
    end if;
  end if;
  if pg_catalog.cardinality(v_ids) = pg_catalog.cardinality(p_receipts) then
    with gone as (
      delete from pyorch.native_{q} i
       where i.priority = rtrim(v_head, '.')::bigint
         and i.id = any (v_ids)
         and i.token = ltrim(v_tail, '.')::bigint
      returning i.id, i.key, i.group_name, i.key is not null or i.group_name is not null as held
    )
    select pg_catalog.array_agg(v_head || e.id || v_tail),
           pg_catalog.array_agg(e.id) filter (where e.held),
           pg_catalog.array_agg(e.key) filter (where e.held),
           pg_catalog.array_agg(e.group_name) filter (where e.held)
      into v_receipts, v_ids, v_keys, v_groups
      from gone e;
    if v_ids is not null then
      perform pyorch._q_leave_{q}(v_ids, v_keys, v_groups);
    end if;
    return query select r from pg_catalog.unnest(v_receipts) r;
    return;
  end if;

  v_numbers := pyorch._parse_receipts(p_receipts);
  with mine as materialized ({mine}
  ),
  gone as (
    delete from pyorch.native_{q} i
     using mine g
     where i.priority = any (array[g.priority])
       and i.id = g.id
       and i.token = g.token
    returning g.receipt, p_results[pg_catalog.array_lower(p_results, 1) - 1 + g.n] as result,
              {kept_columns}
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
