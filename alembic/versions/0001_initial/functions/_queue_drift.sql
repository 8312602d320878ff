-- pyorch._queue_drift()
-- Generated functions that are not what their template and the queue's options make of them: for
-- `pyorch verify`.
-- Calls: pyorch._queue_source, pyorch._dispatch_source.  Reads: pyorch.queue.
create or replace function pyorch._queue_drift()
  returns table (queue text, routine text, problem text)
  language sql
  stable
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  select q.queue,
         s.routine,
         case when p.oid is null then 'missing' else 'changed' end
    from pyorch.queue q
   cross join lateral pyorch._queue_source(q.queue_id) s
    left join pg_catalog.pg_proc p on p.oid = pg_catalog.to_regprocedure(s.routine)
   where p.prosrc is distinct from s.body
     -- without its table, nothing tells what they should be: see pyorch.health
     and exists (select from pg_catalog.pg_class c where c.oid = q.relation)
  union all
  select null, d.routine, case when p.oid is null then 'missing' else 'changed' end
    from pyorch._dispatch_source() d
    left join pg_catalog.pg_proc p on p.oid = pg_catalog.to_regprocedure(d.routine)
   where p.prosrc is distinct from d.body
  union all
  select null, p.oid::regprocedure::text, 'belongs to no queue'
    from pg_catalog.pg_proc p
   where p.pronamespace = 'pyorch'::regnamespace
     and p.proname ~ '^_q_'
     and p.proname not in (select '_q_to_' || d.verb from pyorch._dispatch_verbs() d)
     and not exists (
       select 1
         from pyorch.queue q
        cross join pyorch._queue_verbs() v
        where p.proname = pg_catalog.format('_q_%s_%s', v.verb, q.queue)
     );
$$;

comment on function pyorch._queue_drift() is
  'Generated functions that differ from their template.';

revoke all on function pyorch._queue_drift() from public;

call pyorch._grant('viewer', 'execute', 'function', 'pyorch._queue_drift()');
