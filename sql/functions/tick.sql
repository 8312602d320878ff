-- pyorch.tick()
-- One run of the orchestrator as the scheduler starts it: unlock, settle, scrapers, processors, a
-- commit after each, so that nothing that comes later can undo them. Where there are so many
-- orphans that they would delay the triggers, the rest of them returns afterwards. One at a time,
-- and a replay burst of pg_cron yields one run.
-- A procedure that commits may have neither `set search_path` nor `security definer`: every name is
-- qualified, and the functions that do the work have both.
-- Calls: pyorch._begin_run, pyorch._tick_steps, pyorch._run_step, pyorch._end_run, pyorch._ping.
create or replace procedure pyorch.tick(
  -- out: as pyorch.orchestrate() answers
  inout answer jsonb default null
)
  language plpgsql
  security invoker
as $$
declare
  v_run jsonb;
  v_step text;
begin
  v_run := pyorch._begin_run('pyorch_tick', true);
  commit;
  if v_run ? 'skipped' then
    answer := v_run;
    return;
  end if;
  foreach v_step in array pyorch._tick_steps() loop
    -- 'rest': what the first step left, now that no trigger waits for it
    if v_step = 'rest' then
      v_run := v_run || '{"dispatched": true}';
      v_step := 'unlock';
      continue when not coalesce((v_run ->> 'orphans_left')::boolean, false);
    end if;
    loop
      v_run := pyorch._run_step(v_run, v_step);
      commit;
      exit when not (v_run ->> 'again')::boolean;
    end loop;
    exit when v_run ? 'lost';
  end loop;
  answer := pyorch._end_run(v_run);
  commit;
  perform pyorch._ping(answer);
  commit;
end;
$$;

comment on procedure pyorch.tick(jsonb) is
  'One run of the orchestrator by the scheduler, with a commit after each step. Call it alone,'
  ' outside a transaction. answer (out): as pyorch.orchestrate() answers; "skipped" when another'
  ' run is in progress or the slot has run.';

revoke all on procedure pyorch.tick(jsonb) from public;

call pyorch._grant('operator', 'execute', 'function', 'pyorch.tick(jsonb)');
call pyorch._grant('operator', 'execute', 'function', 'pyorch._begin_run(text, boolean, interval)');
call pyorch._grant('operator', 'execute', 'function', 'pyorch._tick_steps()');
call pyorch._grant('operator', 'execute', 'function', 'pyorch._run_step(jsonb, text)');
call pyorch._grant('operator', 'execute', 'function', 'pyorch._end_run(jsonb)');
call pyorch._grant('operator', 'execute', 'function', 'pyorch._ping(jsonb)');
