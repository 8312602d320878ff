-- pyorch._collect_endpoints()
-- Sample all endpoints: calls in flight and busy; rates, failures and latency of the calls that
-- ended in the last minute. Looks at the last few thousand calls only, whatever the ledger holds.
-- Reads: pyorch.endpoint, pyorch.call, pyorch.call_history.  Calls: pyorch._record_metrics.
create or replace function pyorch._collect_endpoints()
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := pyorch._now();
  v_since constant timestamptz := v_now - interval '1 minute';
  -- more than pg_net could send in ten minutes of our steps
  v_first constant bigint := (select s.last_value - 5000 from pyorch.call_id s);
begin
  perform pyorch._record_metrics('endpoint', e.endpoint, pg_catalog.jsonb_build_object(
            'in_flight', c.in_flight,
            'busy', c.busy,
            'ended_per_minute', h.ended,
            'failed_per_minute', h.failed,
            'latency_ms', h.latency_ms
          ))
     from pyorch.endpoint e
     left join lateral (
       select pg_catalog.count(*) filter (where k.settled_at is null) as in_flight,
              pg_catalog.count(*) as busy
         from pyorch.call k
        where k.endpoint_id = e.endpoint_id
          and k.sent_at is not null
          and k.finished_at is null
     ) c on true
     left join (
       select k.endpoint_id,
              pg_catalog.count(*) as ended,
              pg_catalog.count(*) filter (where k.outcome <> 'ok') as failed,
              pg_catalog.avg(k.latency_ms) as latency_ms
         from pyorch.call_history k
        where k.call_id > v_first
          and k.decided_at > v_now - interval '1 day'
          and coalesce(k.finished_at, k.settled_at) > v_since
        group by k.endpoint_id
     ) h on h.endpoint_id = e.endpoint_id;
  return '{}';
end;
$$;

comment on function pyorch._collect_endpoints() is
  'Sample all endpoints into the time series.';

revoke all on function pyorch._collect_endpoints() from public;
