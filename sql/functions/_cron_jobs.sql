-- pyorch._cron_jobs()
-- The rows of cron.job that we can see (row security hides those of other roles), none where
-- pg_cron is not here.
-- Reads: cron.job.
create or replace function pyorch._cron_jobs()
  returns table (
    jobid bigint,
    jobname text,
    schedule text,
    command text,
    database text,
    username text,
    active boolean,
    nodeport integer
  )
  language plpgsql
  stable
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  if pyorch._pg_cron() ->> 'state' = 'here' then
    return query execute
      'select jobid, jobname::text, schedule, command, database, username, active, nodeport'
      '  from cron.job';
  end if;
end;
$$;

comment on function pyorch._cron_jobs() is
  'The jobs of pg_cron that we can see.';

revoke all on function pyorch._cron_jobs() from public;
