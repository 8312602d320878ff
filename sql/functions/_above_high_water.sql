-- pyorch._above_high_water(pyorch.endpoint)
-- Whether a queue that a scraper fills, paused or not, holds too much already. Counted by index up
-- to a cap, beyond it by the queue's estimate. Null: one of them cannot be read.
-- Calls: pyorch._queue_pending, pyorch._queue_depth.
create or replace function pyorch._above_high_water(p_endpoint pyorch.endpoint)
  returns boolean
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue_id integer;
  v_pending bigint;
begin
  if p_endpoint.high_water is null then
    return false;
  end if;
  foreach v_queue_id in array coalesce(p_endpoint.fills, '{}') loop
    v_pending := case
      when p_endpoint.high_water <= 10000
        then pyorch._queue_pending(v_queue_id, p_endpoint.high_water::integer, true)
      -- a queue that is no more holds nothing, here as there
      else coalesce((select d.pending from pyorch._queue_depth(v_queue_id) d), 0)
    end;
    if coalesce(v_pending >= p_endpoint.high_water, true) then
      return v_pending >= p_endpoint.high_water;
    end if;
  end loop;
  return false;
exception
  when others then
    return null;
end;
$$;

comment on function pyorch._above_high_water(pyorch.endpoint) is
  'Whether a queue that a scraper fills is at its high-water mark; null: it cannot be read.';

revoke all on function pyorch._above_high_water(pyorch.endpoint) from public;
