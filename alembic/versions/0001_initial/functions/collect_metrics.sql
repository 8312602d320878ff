-- pyorch.collect_metrics()
-- Sample queues, endpoints, pyorch itself and the user's own metrics into the time series; a commit
-- after each, so that one that fails or hangs takes nothing along. A job of its own: no trigger
-- ever waits for it.
-- A procedure that commits: see pyorch.tick.
-- Calls: pyorch._begin_run, pyorch._metric_steps, pyorch._begin_custom, pyorch._run_step,
-- pyorch._end_run.
create or replace procedure pyorch.collect_metrics(
  -- out: what was done
  inout answer jsonb default null
)
  language plpgsql
  security invoker
as $$
declare
  v_run jsonb;
  v_step text;
begin
  v_run := pyorch._begin_run('pyorch_metrics', true);
  commit;
  if v_run ? 'skipped' then
    answer := v_run;
    return;
  end if;
  foreach v_step in array pyorch._metric_steps() loop
    perform pyorch._begin_custom(v_step);
    commit;
    v_run := pyorch._run_step(v_run, v_step);
    commit;
    exit when v_run ? 'lost';
  end loop;
  answer := pyorch._end_run(v_run);
  commit;
end;
$$;

comment on procedure pyorch.collect_metrics(jsonb) is
  'Sample depths, ages, rates, failures and the user''s own metrics into pyorch.metric_log.'
  ' Call it alone, outside a transaction. answer (out): {success, run_id,'
  ' duration_ms, steps, errors}, or "skipped".';

revoke all on procedure pyorch.collect_metrics(jsonb) from public;

call pyorch._grant('operator', 'execute', 'function', 'pyorch.collect_metrics(jsonb)');
call pyorch._grant('operator', 'execute', 'function', 'pyorch._metric_steps()');
call pyorch._grant('operator', 'execute', 'function', 'pyorch._begin_custom(text)');
