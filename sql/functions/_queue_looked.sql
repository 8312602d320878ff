-- pyorch._queue_looked(text, double precision, bigint)
-- An exact look of a claim has ended: when is the next one due? So that looks take half a percent
-- of a session's time, but at least every 60 s and at most every 500 ms. A slow one keeps new
-- sessions from looking as well.
-- Calls: pyorch._queue_low, pyorch._queue_sure.
create or replace function pyorch._queue_looked(
  p_queue text,
  -- when it began, seconds since 1970
  p_start double precision,
  -- nothing is pending up to here; null: unknown
  p_nothing_up_to bigint
)
  returns bigint
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_end constant double precision := extract(epoch from pg_catalog.clock_timestamp());
  v_next constant double precision := v_end + least(greatest(200 * (v_end - p_start), 0.5), 60);
begin
  if v_next > v_end + 0.5 then
    perform pg_catalog.setval(('pyorch.q_look_' || p_queue)::regclass, (v_next * 1000)::bigint);
  end if;
  perform pyorch._queue_low(p_queue, p_nothing_up_to, true);
  perform pyorch._queue_sure(p_queue, p_nothing_up_to);
  return v_next * 1000;
end;
$$;

comment on function pyorch._queue_looked(text, double precision, bigint) is
  'When the next exact look of this session is due, milliseconds since 1970.';

revoke all on function pyorch._queue_looked(text, double precision, bigint) from public;
