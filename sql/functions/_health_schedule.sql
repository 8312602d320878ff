-- pyorch._health_schedule()
-- Health of the schedule and of this database: who ticks, identity, jobs, budget, snapshots.
-- Calls: pyorch._health_ticks, pyorch._health_runs, pyorch._cron_findings.
create or replace function pyorch._health_schedule()
  returns table (
    severity text,
    code text,
    subject text,
    since timestamptz,
    evidence text,
    advice text
  )
  language sql
  stable
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  select * from pyorch._health_ticks()
  union all
  select * from pyorch._health_runs()
  union all
  select f.severity, f.code, f.subject, null::timestamptz, f.evidence, f.advice
    from pyorch._cron_findings() f;
$$;

comment on function pyorch._health_schedule() is
  'Health of the schedule and of this database.';

revoke all on function pyorch._health_schedule() from public;

call pyorch._grant('viewer', 'execute', 'function', 'pyorch._health_schedule()');
