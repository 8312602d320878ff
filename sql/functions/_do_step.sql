-- pyorch._do_step(jsonb, text)
-- What a step's name means. Names of collect_metrics() carry their subject: queue:import_queue,
-- custom:my_metric.
-- Calls: the steps.
create or replace function pyorch._do_step(p_run jsonb, p_step text)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_subject constant text := pg_catalog.substr(p_step, pg_catalog.strpos(p_step, ':') + 1);
begin
  return case pg_catalog.split_part(p_step, ':', 1)
    when 'unlock' then pyorch._step_unlock(p_run)
    when 'settle' then pyorch._step_settle(p_run)
    when 'scrapers' then pyorch._step_dispatch(p_run, 'scraper')
    when 'processors' then pyorch._step_dispatch(p_run, 'processor')
    when 'metrics' then pyorch._step_metrics(p_run)
    when 'queue' then pyorch._collect_queue(v_subject)
    when 'endpoints' then pyorch._collect_endpoints()
    when 'self' then pyorch._collect_self()
    when 'custom' then pyorch._collect_custom(v_subject)
    when 'partitions' then pyorch._maintain_partitions()
    when 'queues' then pyorch._maintain_queues()
    when 'runs' then pyorch._maintain_runs()
    when 'rollup' then pyorch._maintain_rollup()
    when 'samples' then pyorch._maintain_samples()
    when 'cron_history' then pyorch._maintain_cron_history()
  end;
end;
$$;

comment on function pyorch._do_step(jsonb, text) is
  'What a step''s name means.';

revoke all on function pyorch._do_step(jsonb, text) from public;
