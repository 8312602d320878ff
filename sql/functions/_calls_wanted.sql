-- pyorch._calls_wanted(pyorch.endpoint)
-- How many calls an endpoint could use now: one for a scraper; for a processor as many as its
-- backlog fills batches, within fan_out and max_in_flight.
-- Calls that were decided and have claimed nothing yet have their batch in that backlog, and are
-- not counted twice.
-- Calls: pyorch._queue_pending, pyorch._queue_token, pyorch._above_high_water.  Reads: pyorch.call.
create or replace function pyorch._calls_wanted(
  p_endpoint pyorch.endpoint,
  out calls integer,
  -- processor: items that wait, counted up to what matters here
  out pending bigint,
  -- why none
  out why text
)
  returns record
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  e constant pyorch.endpoint := p_endpoint;
  v_token constant bigint := pyorch._queue_token(e.queue_id);
  v_busy bigint;
  v_fresh bigint;
begin
  select count(*),
         count(*) filter (
           where c.sent_at is null or not (c.worked or c.token < v_token)
         )
    into v_busy, v_fresh
    from pyorch.live_call c
   where c.endpoint_id = e.endpoint_id
     and c.finished_at is null;
  calls := 0;
  if v_busy >= e.max_in_flight then
    why := case when e.max_in_flight = 1 then 'busy' else 'busy: ' || v_busy
      || ' calls in flight' end;
    return;
  end if;
  if e.kind = 'scraper' then
    calls := 1;
    why := case pyorch._above_high_water(e)
      when true then 'high water'
      when false then null
      else 'its queue cannot be read'
    end;
    return;
  end if;
  pending := pyorch._queue_pending(
    e.queue_id,
    least(10000, greatest(e.min_pending::bigint, e.batch_size::bigint * e.max_in_flight,
      1))::integer
  );
  if coalesce(pending, 0) < greatest(e.min_pending, 1) then
    why := case when pending is null then 'its queue cannot be read' else 'nothing waits' end;
    return;
  end if;
  calls := least(
    coalesce(e.fan_out, e.max_in_flight),
    e.max_in_flight - v_busy,
    ceil(pending::numeric / e.batch_size) - v_fresh
  );
  if calls < 1 then
    why := 'enough calls are on their way';
  end if;
end;
$$;

comment on function pyorch._calls_wanted(pyorch.endpoint) is
  'How many calls an endpoint could use now, or why none.';

revoke all on function pyorch._calls_wanted(pyorch.endpoint) from public;
