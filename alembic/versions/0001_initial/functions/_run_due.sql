-- pyorch._run_due(text)
-- What pg_cron starts, more often than the job is due, where missed slots are to be made up, which
-- pg_cron itself forgets: the job, once for each of its slots that is open.
-- A procedure that commits: see pyorch.tick.
-- Calls: pyorch._slot_open, pyorch.tick, pyorch.collect_metrics, pyorch.maintain.
create or replace procedure pyorch._run_due(p_job text)
  language plpgsql
  security invoker
as $$
declare
  v_answer jsonb;
begin
  -- pyorch._next_slot goes no further back
  for v_slot in 1 .. 100 loop
    exit when not pyorch._slot_open(p_job);
    -- each by its name: EXECUTE would not let it commit
    if p_job = 'pyorch_tick' then
      call pyorch.tick(v_answer);
    elsif p_job = 'pyorch_metrics' then
      call pyorch.collect_metrics(v_answer);
    else
      call pyorch.maintain(v_answer);
    end if;
    -- another session is at it
    exit when v_answer ->> 'skipped' is not null;
  end loop;
end;
$$;

comment on procedure pyorch._run_due(text) is
  'Run a job once for each of its slots that is open.';

revoke all on procedure pyorch._run_due(text) from public;

call pyorch._grant('operator', 'execute', 'function', 'pyorch._run_due(text)');
call pyorch._grant('operator', 'execute', 'function', 'pyorch._slot_open(text)');
