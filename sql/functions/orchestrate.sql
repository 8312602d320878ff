-- pyorch.orchestrate(text[], interval)
-- One run of the orchestrator in one transaction: unlock, settle, scrapers, processors, metrics.
-- Each step is bounded and caught on its own, and the whole keeps to its budget: it waits for
-- nothing and cannot time out.
-- Calls: pyorch._step_words, pyorch._setting, pyorch._begin_run, pyorch._run_steps,
-- pyorch._run_step, pyorch._end_run.
create or replace function pyorch.orchestrate(
  -- steps to be left out, on top of those that configure {"skip": …} leaves out
  skip text[] default '{}',
  -- time to be used at most; null: as configured
  budget interval default null
)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '100ms'
as $$
declare
  v_skip constant text[] := pyorch._step_words(orchestrate.skip)
    || array(select pg_catalog.jsonb_array_elements_text(pyorch._setting('skip')));
  v_steps constant text[] := '{unlock,settle,scrapers,processors,metrics}';
  v_run jsonb;
  v_step text;
begin
  if orchestrate.budget <= '0' then
    raise exception using
      errcode = 'PY001',
      message = 'budget must be more than nothing',
      hint = 'For example: select pyorch.orchestrate(budget => ''2 seconds'');';
  end if;
  v_run := pyorch._begin_run(
    'pyorch_tick',
    false,
    least(orchestrate.budget, (pyorch._setting('budget') #>> '{}')::interval)
  );
  if v_run ? 'skipped' then
    return v_run || pg_catalog.jsonb_build_object('timestamp', pyorch._now());
  end if;
  foreach v_step in array pyorch._run_steps(v_steps, v_skip) loop
    v_run := pyorch._run_step(v_run, v_step);
  end loop;
  return pyorch._end_run(v_run);
end;
$$;

comment on function pyorch.orchestrate(text[], interval) is
  'One run of the orchestrator; returns {success, run_id, timestamp, duration_ms, skipped,'
  ' unlocked, settled, scrapers_triggered, processors_triggered, queue_depths, steps, errors}.'
  ' skip: steps to be left out (unlock, settle, scrapers, processors or queues, metrics).'
  ' budget: time to be used at most, never beyond 80 % of statement_timeout.'
  ' Raises PY001.';

revoke all on function pyorch.orchestrate(text[], interval) from public;

call pyorch._grant('operator', 'execute', 'function', 'pyorch.orchestrate(text[], interval)');
