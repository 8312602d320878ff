-- pyorch._cron_put(text, text, text)
-- Make one job of pg_cron what it should be; null schedule: remove it. Unscheduled and scheduled
-- anew rather than changed: scheduling a name again keeps `active`, the port and, before 1.6.3, the
-- database of the old one.
-- Calls: cron.schedule, cron.unschedule.  Writes: pyorch.job.
create or replace function pyorch._cron_put(p_job text, p_schedule text, p_command text)
  returns text
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_old record;
  v_found boolean;
begin
  select c.*
    into v_old
    from pyorch._cron_jobs() c
   where c.jobname = p_job
     and c.username = current_user;
  v_found := found;
  if v_found and v_old.database <> pg_catalog.current_database() then
    raise exception using
      errcode = 'PY007',
      message = pg_catalog.format(
        'job %s of role %s exists already, for database %s', p_job, current_user, v_old.database
      ),
      hint = pg_catalog.format(
        'Let another role own pyorch here, or: select cron.unschedule(%s);', v_old.jobid
      );
  end if;
  if v_found and p_schedule is not null
    and (v_old.schedule, v_old.command, v_old.active) = (p_schedule, p_command, true)
    and v_old.nodeport = pg_catalog.current_setting('port')::integer
  then
    return 'unchanged: ' || p_schedule;
  end if;

  if v_found then
    execute 'select cron.unschedule($1::bigint)' using v_old.jobid;
  end if;
  if p_schedule is not null then
    execute 'select cron.schedule($1, $2, $3)' using p_job, p_schedule, p_command;
  end if;
  update pyorch.job j
     set cron_schedule = p_schedule,
         cron_command = p_command,
         scheduled_at = case when p_schedule is not null then pyorch._now() end
   where j.job = p_job;
  return case
    when p_schedule is null and v_found then 'removed from pg_cron'
    when p_schedule is null then 'not in pg_cron'
    when v_found then 'changed: ' || p_schedule
    else 'scheduled: ' || p_schedule
  end;
end;
$$;

comment on function pyorch._cron_put(text, text, text) is
  'Make one job of pg_cron what it should be.';

revoke all on function pyorch._cron_put(text, text, text) from public;
