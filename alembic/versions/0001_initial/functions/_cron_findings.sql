-- pyorch._cron_findings()
-- What is odd about the jobs of pg_cron, as far as we can see them.
-- Calls: pyorch._cron_jobs, pyorch._pg_cron.  Reads: pyorch.job.
create or replace function pyorch._cron_findings()
  returns table (severity text, code text, subject text, evidence text, advice text)
  language sql
  stable
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  with seen as materialized (
    select c.*,
           c.username = current_user and exists (
             select from pyorch.job j where j.job = c.jobname
           ) as ours,
           c.database = pg_catalog.current_database()
             and c.command ~* (
               '(pyorch\.(tick|_tick_loop|_run_due|collect_metrics|maintain|orchestrate)'
               '|\morchestrate)\s*\('
             )
             as does_our_work
      from pyorch._cron_jobs() c
  )
  -- one such job stops every job of pg_cron at its next change or restart
  select 'critical', 'cron_job_of_dropped_role', coalesce(s.jobname, s.jobid::text),
         pg_catalog.format(
           'job %s belongs to role %s, which does not exist: pg_cron will stop', s.jobid, s.username
         ),
         pg_catalog.format('delete from cron.job where jobid = %s;', s.jobid)
    from seen s
   where not exists (select from pg_catalog.pg_roles r where r.rolname = s.username)
  union all
  select 'warning', 'cron_job_duplicate', coalesce(s.jobname, s.jobid::text),
         pg_catalog.format(
           'job %s of role %s does the same work: %s', s.jobid, s.username, s.command
         ),
         pg_catalog.format('select cron.unschedule(%s);', s.jobid)
           || case when s.username <> current_user then ' -- as role ' || s.username else '' end
    from seen s
   where s.does_our_work
     and not s.ours
  union all
  select 'critical', 'cron_job_drifted', j.job,
         case
           when s.jobid is null then 'the job is not in pg_cron any more'
           when not s.active then pg_catalog.format('job %s is not active', s.jobid)
           when s.nodeport <> pg_catalog.current_setting('port')::integer
             then pg_catalog.format('job %s connects to port %s', s.jobid, s.nodeport)
           else pg_catalog.format(
             'job %s is %L, %L; expected %L, %L',
             s.jobid, s.schedule, s.command, j.cron_schedule, j.cron_command
           )
         end,
         'select * from pyorch.reconcile_jobs();'
    from pyorch.job j
    left join seen s on s.ours and s.jobname = j.job
   where j.scheduled_at is not null
     and pyorch._pg_cron() ->> 'state' = 'here'
     and (
       s.jobid is null
       or not s.active
       or s.nodeport <> pg_catalog.current_setting('port')::integer
       or (s.schedule, s.command, s.database)
          is distinct from (j.cron_schedule, j.cron_command, pg_catalog.current_database()::text)
     );
$$;

comment on function pyorch._cron_findings() is
  'Duplicate, foreign, drifted jobs of pg_cron, and those of dropped roles.';

revoke all on function pyorch._cron_findings() from public;
