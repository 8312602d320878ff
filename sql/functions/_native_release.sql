-- pyorch._native_release()
-- Template of release of a native queue: pending again, as if the claim had not been.
create or replace function pyorch._native_release()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select $body$
declare
  v_numbers constant bigint[] := pyorch._parse_receipts(p_receipts);
  v_released text[];
  v_first bigint;
begin
  with mine as materialized ({mine}
  ),
  released as (
    update pyorch.native_{q} i
       set token = 0,
           attempts = i.attempts - 1,
           claimed_at = null,
           lease_until = null,
           worker = null
      from mine g
     where i.priority = any (array[g.priority])
       and i.id = g.id
       and i.token = g.token
    returning g.receipt, i.id
  )
  select pg_catalog.array_agg(r.receipt), pg_catalog.min(r.id)
    into v_released, v_first
    from released r;
  perform pyorch._queue_low('{q}', v_first - 1, false);
  return query select r from pg_catalog.unnest(v_released) r;
end;
$body$
$template$;

comment on function pyorch._native_release() is
  'Template of pyorch._q_release_<queue> of a native queue.';

revoke all on function pyorch._native_release() from public;
