-- pyorch._cancel_overdue()
-- Cancel custom metrics that run for longer than they may. No timeout can be set from inside a
-- running procedure, so the tick, which is another session of the same role, does it.
-- Reads: pyorch.custom_metric.
create or replace function pyorch._cancel_overdue()
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  perform pg_catalog.pg_cancel_backend(m.pid)
     from pyorch.custom_metric m
     -- the session may have ended, and its pid be somebody else's
     join pg_catalog.pg_stat_activity a on a.pid = m.pid
      and a.xact_start >= m.running_since - interval '1 second'
      and a.query ilike '%collect_metrics%'
    where m.running_since + m.time_limit < pg_catalog.clock_timestamp();
exception
  -- a session of a stronger role: it has its own limits
  when insufficient_privilege then
    null;
end;
$$;

comment on function pyorch._cancel_overdue() is
  'Cancel custom metrics that run for longer than they may.';

revoke all on function pyorch._cancel_overdue() from public;
