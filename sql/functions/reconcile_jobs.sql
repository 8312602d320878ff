-- pyorch.reconcile_jobs()
-- Bring pg_cron in line with pyorch.job, and say what was done and what is odd. Where pg_cron lives
-- in another database, the rows hold the statements to be run there; without pg_cron the agent runs
-- the jobs.
-- Calls: pyorch._pg_cron, pyorch._pg_cron_seconds, pyorch._set_intervals, pyorch._wanted_jobs,
-- pyorch._cron_put, pyorch._cron_findings.
create or replace function pyorch.reconcile_jobs()
  returns table (
    job text,
    -- what was done, or what is odd
    done text,
    -- ok | warning | failed | unchecked
    state text,
    -- to be run by somebody who may, or in the database of pg_cron
    statement text
  )
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_cron constant jsonb := pyorch._pg_cron();
  v_where constant text := v_cron ->> 'state';
  -- of one in another database we know what the CLI found there (_plan_jobs)
  v_seconds constant boolean := case v_where
    when 'elsewhere' then coalesce(pyorch._setting('cron_knows_seconds')::boolean, false)
    else pyorch._pg_cron_seconds()
  end;
  v_agent constant boolean := pyorch._setting('scheduler') = '"agent"'
    or v_where in ('absent', 'denied');
  v_database constant text := pg_catalog.current_database();
  v record;
begin
  perform pyorch._set_intervals(
    not v_agent
      and not v_seconds
      -- nobody has looked, so perhaps nobody ticks from there: an agent keeps to its own interval
      and (v_where = 'here' or pyorch._setting('cron_knows_seconds') is not null)
  );
  for v in
    select j.job, j.every, w.schedule, w.command
      from pyorch.job j
      left join pyorch._wanted_jobs(v_seconds) w on w.job = j.job
     order by j.every, j.job
  loop
    job := v.job;
    statement := null;
    state := 'ok';
    if v_where = 'here' then
      begin
        done := pyorch._cron_put(v.job, v.schedule, v.command);
      exception
        when others then
          done := sqlerrm;
          state := 'failed';
      end;
    elsif v_where = 'elsewhere' and not v_agent then
      done := pg_catalog.format(
        'pg_cron lives in database %s: run the statement there',
        coalesce(v_cron ->> 'database', 'unknown')
      );
      state := 'unchecked';
      -- one name for each database that is served from there
      statement := pg_catalog.format(
        'select cron.schedule_in_database(%L, %L, %L, %L);',
        v.job || '@' || v_database, v.schedule, v.command, v_database
      );
    else
      done := pg_catalog.format('run by the agent, every %s', v.every);
      if v_where = 'denied' then
        state := 'warning';
        statement := pg_catalog.format('grant usage on schema cron to %I;', current_user);
      end if;
    end if;
    return next;
  end loop;

  for v in select * from pyorch._cron_findings() loop
    job := v.subject;
    done := v.evidence;
    state := 'warning';
    statement := v.advice;
    return next;
  end loop;
end;
$$;

comment on function pyorch.reconcile_jobs() is
  'Bring the jobs of pg_cron in line with the schedule. Returns for each job'
  ' what was done, and a row for each job that is duplicate, foreign, drifted'
  ' or of a dropped role, with the statement that mends it.';

revoke all on function pyorch.reconcile_jobs() from public;

call pyorch._grant('admin', 'execute', 'function', 'pyorch.reconcile_jobs()');
