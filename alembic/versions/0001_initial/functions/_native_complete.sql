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
  set search_path = ''
as $template$
  select $body$
declare
  v_numbers constant bigint[] := pyorch._parse_receipts(p_receipts);
  v_now constant timestamptz := {now};
  v_receipts text[];
  v_ids bigint[];
  v_keys text[];
  v_groups text[];
  v_id bigint;
  v_key text;
  v_group text;
begin
  if {single} and pg_catalog.cardinality(p_receipts) = 1 then
    delete from pyorch.native_{q} i
     where i.priority = v_numbers[1]
       and i.id = v_numbers[2]
       and i.token = v_numbers[3]
       and v_numbers[3] > 0
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
       select p_receipts[n] as receipt,
              p_results[n] as result,
              v_numbers[4 * n - 3] as priority,
              v_numbers[4 * n - 2] as id,
              v_numbers[4 * n - 1] as token
         from pg_catalog.generate_series(1, pg_catalog.cardinality(p_receipts)) n
     ) g
     where i.priority = g.priority
       and i.id = g.id
       and i.token = g.token
       and g.token > 0
    returning g.receipt, g.result, {kept_columns}
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
