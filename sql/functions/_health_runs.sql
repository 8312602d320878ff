-- pyorch._health_runs()
-- What the runs themselves tell: failing steps, steps that never fit, slow custom metrics, old
-- snapshots.
-- Reads: pyorch.run, pyorch.step_debt, pyorch.custom_metric, pg_stat_activity.
create or replace function pyorch._health_runs()
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
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  with recent as (
    select r.*
      from pyorch.run r
     where r.job = 'pyorch_tick'
       and r.ended_at is not null
     order by r.run_id desc
     limit 3
  ),
  failing as (
    select pg_catalog.min(r.started_at) as since,
           (pg_catalog.array_agg(r.errors order by r.run_id desc))[1] as errors
      from recent r
    having pg_catalog.count(*) = 3
       and pg_catalog.bool_and(not r.success)
  )
  select 'critical', 'runs_fail', coalesce(e ->> 'step', 'run'), f.since,
         'the last three runs: ' || (e ->> 'message'),
         coalesce(e ->> 'hint', 'select * from pyorch.run_log limit 5;')
    from failing f, pg_catalog.jsonb_array_elements(f.errors) e
   -- it has a row of its own
   where e ->> 'code' is distinct from 'PY011'
  union all
  select 'warning', 'step_never_fits', d.step, d.since,
         'skipped in every run since then, for lack of time',
         'Raise the budget: select pyorch.configure(''{"budget": "20 seconds"}'');'
    from pyorch.step_debt d
   where d.since < pyorch._now() - interval '5 minutes'
  union all
  select 'warning', 'metric_fails', m.metric, m.worked_at, m.error,
         'Mend it (pyorch metric set), or: pyorch metric drop ' || m.metric
    from pyorch.custom_metric m
   where m.error is not null
  union all
  select 'warning', 'old_snapshot', a.pid::text, a.xact_start,
         pg_catalog.format(
           'session %s (%s) keeps dead rows from being removed: state %s',
           a.pid, a.application_name, a.state
         ),
         pg_catalog.format('select pg_terminate_backend(%s);', a.pid)
    from pg_catalog.pg_stat_activity a
   where a.xact_start < pg_catalog.clock_timestamp() - interval '10 minutes'
     and (a.backend_xmin is not null or a.backend_xid is not null)
     and a.datname = pg_catalog.current_database()
  union all
  select 'warning', 'old_prepared_transaction', p.gid, p.prepared,
         'a prepared transaction keeps dead rows from being removed',
         pg_catalog.format('commit or rollback prepared %L;', p.gid)
    from pg_catalog.pg_prepared_xacts p
   where p.prepared < pg_catalog.clock_timestamp() - interval '10 minutes'
  union all
  select 'critical', 'run_is_held', l.pid::text, a.xact_start,
         'an open transaction holds the single flight: every tick is skipped',
         pg_catalog.format('End it: select pg_terminate_backend(%s);', l.pid)
    from pg_catalog.pg_locks l
    join pg_catalog.pg_stat_activity a on a.pid = l.pid
   where l.relation = 'pyorch.run_lock'::regclass
     and l.database = (
       select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()
     )
     and l.mode in ('RowShareLock', 'RowExclusiveLock')
     and a.xact_start < pg_catalog.clock_timestamp() - interval '1 minute';
$$;

comment on function pyorch._health_runs() is
  'What the runs themselves tell.';

revoke all on function pyorch._health_runs() from public;
