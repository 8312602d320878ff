-- pyorch._above_high_water(pyorch.endpoint)
-- Whether a queue that a scraper fills holds too much already. Counted by index up to a cap, beyond
-- it by the queue's estimate.
-- Calls: pyorch._queue_pending, pyorch._queue_depth.
create or replace function pyorch._above_high_water(p_endpoint pyorch.endpoint)
  returns boolean
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  if p_endpoint.high_water is null then
    return false;
  end if;
  if p_endpoint.high_water <= 10000 then
    return exists (
      select 1
        from pg_catalog.unnest(p_endpoint.fills) q
       where pyorch._queue_pending(q, p_endpoint.high_water::integer) >= p_endpoint.high_water
    );
  end if;
  return exists (
    select 1
      from pg_catalog.unnest(p_endpoint.fills) q, lateral pyorch._queue_depth(q) d
     where d.pending >= p_endpoint.high_water
  );
end;
$$;

comment on function pyorch._above_high_water(pyorch.endpoint) is
  'Whether a queue that a scraper fills is at its high-water mark.';

revoke all on function pyorch._above_high_water(pyorch.endpoint) from public;
