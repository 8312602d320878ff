-- pyorch.maintain()
-- House-keeping: old runs, calls and samples, the roll-up of the time series, the history that
-- pg_cron keeps of our jobs, partitions ahead. Small transactions, and never a lock that anybody
-- waits for.
-- A procedure that commits: see pyorch.tick.
-- Calls: pyorch._begin_run, pyorch._run_step, pyorch._end_run.
create or replace procedure pyorch.maintain(
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
  v_run := pyorch._begin_run('pyorch_maintain', true, '1 minute');
  commit;
  if v_run ? 'skipped' then
    answer := v_run;
    return;
  end if;
  foreach v_step in array '{partitions,queues,runs,rollup,samples,cron_history}'::text[] loop
    loop
      v_run := pyorch._run_step(v_run, v_step);
      commit;
      exit when not (v_run ->> 'again')::boolean;
    end loop;
    exit when v_run ? 'lost';
  end loop;
  answer := pyorch._end_run(v_run);
  commit;
end;
$$;

comment on procedure pyorch.maintain(jsonb) is
  'House-keeping by small transactions: retention of runs, calls and samples, roll-up,'
  ' pg_cron''s history of our jobs, partitions ahead. Call it alone, outside a transaction.'
  ' answer (out): what was done.';

revoke all on procedure pyorch.maintain(jsonb) from public;

call pyorch._grant('operator', 'execute', 'function', 'pyorch.maintain(jsonb)');
