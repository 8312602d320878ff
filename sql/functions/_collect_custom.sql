-- pyorch._collect_custom(text)
-- Sample one custom metric. Whatever it raises stays with it; one that a tick cancelled is recorded
-- as too slow.
-- Calls: pyorch._sample_query, pyorch._record_metrics.  Writes: pyorch.custom_metric.
create or replace function pyorch._collect_custom(p_metric text)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_began constant timestamptz := pg_catalog.clock_timestamp();
  v_metric pyorch.custom_metric;
  v_error text;
begin
  select * into v_metric from pyorch.custom_metric m where m.metric = p_metric;
  begin
    perform pyorch._record_metrics(
              'custom', s.subject, pg_catalog.jsonb_build_object(p_metric, s.value)
            )
       from pyorch._sample_query(v_metric.query) s;
  exception
    -- the tick's pg_cancel_backend, or the session's own statement_timeout
    when query_canceled then
      v_error := pg_catalog.format('cancelled: it ran for longer than %s', v_metric.time_limit);
    when others then
      v_error := sqlerrm;
  end;
  update pyorch.custom_metric m
     set pid = null,
         running_since = null,
         worked_at = case when v_error is null then pyorch._now() else m.worked_at end,
         duration_ms = extract(epoch from pg_catalog.clock_timestamp() - v_began) * 1000,
         error = v_error
   where m.metric = p_metric;
  if v_error is null then
    return '{}';
  end if;
  return pg_catalog.jsonb_build_object(
    'state', 'failed',
    'errors', pg_catalog.jsonb_build_array(
      pg_catalog.jsonb_build_object('step', 'custom:' || p_metric, 'message', v_error)
    )
  );
end;
$$;

comment on function pyorch._collect_custom(text) is
  'Sample one custom metric; its error stays with it.';

revoke all on function pyorch._collect_custom(text) from public;
