-- pyorch._refuse_due(bigint[], timestamptz)
-- Of calls that are about to be handed over, refuse those whose endpoint may not be called as it
-- stands. Answers the others.
-- Calls: pyorch._request, pyorch._refuse_calls.
create or replace function pyorch._refuse_due(p_call_ids bigint[], p_now timestamptz)
  returns bigint[]
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v record;
begin
  for v in
    select d.ids, r.refused
      from (
        select c.endpoint_id, pg_catalog.array_agg(c.call_id) as ids
          from pyorch.call c
         where c.call_id = any (p_call_ids)
         group by c.endpoint_id
      ) d
     cross join lateral pyorch._request(d.endpoint_id) r
     where r.refused is not null
     -- states are locked in this order
     order by d.endpoint_id
  loop
    perform pyorch._refuse_calls(
      v.ids, pg_catalog.array_fill(v.refused, array[pg_catalog.cardinality(v.ids)]), p_now
    );
    p_call_ids := array(select i from pg_catalog.unnest(p_call_ids) i where i <> all (v.ids));
  end loop;
  return p_call_ids;
end;
$$;

comment on function pyorch._refuse_due(bigint[], timestamptz) is
  'Refuse calls whose endpoint may not be called; answers the others.';

revoke all on function pyorch._refuse_due(bigint[], timestamptz) from public;
