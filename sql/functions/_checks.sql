-- pyorch._checks()
-- What SQL alone can decide for `pyorch verify` about schedule and identity: what was checked, what
-- was seen, what to do. What is wrong in detail stands in pyorch.health.
-- Calls: pyorch._identity_ok, pyorch._cron_findings, pyorch._pg_cron, pyorch._heartbeat_age.
create or replace function pyorch._checks()
  returns table ("check" text, state text, seen text, todo text)
  language sql
  stable
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  with fact as (
    select pyorch._scheduler() as scheduler,
           pyorch._setting('scheduler') #>> '{}' as wish,
           pyorch._pg_cron() as cron,
           pyorch._heartbeat_age() as age,
           pyorch._tick_every() as every,
           (select pg_catalog.count(*) from pyorch._cron_findings()) as findings,
           -- pg_cron shows each role its own jobs alone
           pyorch._pg_cron() ->> 'state' = 'here' and pg_catalog.row_security_active(
             pg_catalog.to_regclass('cron.job')::oid
           ) as blind
  ),
  job as (
    select pg_catalog.string_agg(
             pg_catalog.format('%s %s', j.job, coalesce(j.cron_schedule, 'every ' || j.every)),
             '; ' order by j.every, j.job
           ) as list
      from pyorch.job j
  )
  select 'identity',
         case when pyorch._identity_ok() then 'ok' else 'failed' end,
         case
           when pyorch._identity_ok() then 'this is the database that pyorch belongs to'
           else 'this is a copy of the database that pyorch belongs to: nothing is sent'
         end,
         case when pyorch._identity_ok() then '' else 'If this copy shall fire: pyorch adopt' end
  union all
  select 'dispatch',
         case when pyorch._setting('paused') = 'true' then 'warning' else 'ok' end,
         case when pyorch._setting('paused') = 'true' then 'paused' else 'not paused' end,
         case when pyorch._setting('paused') = 'true' then 'pyorch resume' else '' end
  union all
  select 'jobs are scheduled',
         case
           when f.findings > 0 then 'failed'
           when f.wish <> 'agent' and f.cron ->> 'state' = 'elsewhere' then 'warning'
           when f.wish = 'pg_cron' and f.cron ->> 'state' <> 'here' then 'failed'
           when f.blind then 'warning'
           else 'ok'
         end,
         case
           when f.findings > 0 then f.findings || ' found by health; wanted: ' || j.list
           when f.wish <> 'agent' and f.cron ->> 'state' = 'elsewhere'
             then 'unchecked: pg_cron lives in database '
                || coalesce(f.cron ->> 'database', 'unknown')
           when f.blind
             then 'ours are right; unchecked: jobs of other roles, which pg_cron hides from '
                || current_user
           when f.wish <> 'agent' and f.cron ->> 'state' = 'here' then 'pg_cron: ' || j.list
           else 'for the agent: ' || j.list
         end,
         case
           when f.findings > 0 or f.wish = 'pg_cron' and f.cron ->> 'state' <> 'here'
             then 'pyorch jobs reconcile'
           when f.wish <> 'agent' and f.cron ->> 'state' = 'elsewhere'
             then 'pyorch jobs reconcile --cron-dsn …'
           when f.blind
             then 'As a superuser: select * from cron.job; each job of ours stands there once'
           else ''
         end
    from fact f, job j
  union all
  select 'ticks are fresh',
         case
           when f.age <= greatest(3 * f.every, interval '15 seconds') then 'ok'
           -- installed or started just now
           when f.age is null and f.scheduler is not null then 'warning'
           else 'failed'
         end,
         coalesce(
           'last tick ' || pg_catalog.date_trunc('milliseconds', f.age) || ' ago', 'no tick yet'
         )
           || ', due every ' || f.every,
         case
           when f.age <= greatest(3 * f.every, interval '15 seconds') then ''
           else 'pyorch agent; pyorch jobs reconcile'
         end
    from fact f
  union all
  select 'last run',
         case when r.success then 'ok' else 'failed' end,
         pg_catalog.format('run %s by %s: %s', r.run_id, r.source, case
           when r.success then 'every step went well or was skipped for a reason'
           else r.errors #>> '{0,message}'
         end),
         case when r.success then '' else 'pyorch run list' end
    from (
      select *
        from pyorch.run
       where job = 'pyorch_tick'
         and ended_at is not null
       order by run_id desc
       limit 1
    ) r;
$$;

comment on function pyorch._checks() is
  'What SQL alone can decide for `pyorch verify` about schedule and identity.';

revoke all on function pyorch._checks() from public;

call pyorch._grant('viewer', 'execute', 'function', 'pyorch._checks()');
