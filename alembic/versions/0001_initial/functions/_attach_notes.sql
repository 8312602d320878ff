-- pyorch._attach_notes(integer)
-- What whoever attached a table should know besides: its triggers, its planner settings, who else
-- reads it.
-- Reads: pyorch.queue, pyorch.attached, the catalog.
create or replace function pyorch._attach_notes(p_queue_id integer)
  returns text[]
  language sql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select coalesce(pg_catalog.array_agg(n.note), '{}')
    from (
      select pg_catalog.format(
               'trigger %I runs as %I with search_path %s',
               t.tgname, current_user, q.attached_search_path
             ) as note
        from pyorch.queue q
        join pg_catalog.pg_trigger t on t.tgrelid = q.relation
       where q.queue_id = p_queue_id
         and not t.tgisinternal
         -- 16: update
         and t.tgtype & 16 = 16
      union all
      select pg_catalog.format('queue "%s" works on the same table', o.queue)
        from pyorch.queue q
        join pyorch.queue o on o.relation = q.relation and o.queue_id <> q.queue_id
       where q.queue_id = p_queue_id
      union all
      select pg_catalog.format(
               'optional, less bloat: alter table %s set (fillfactor = 80,'
               ' autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);',
               q.relation
             )
        from pyorch.queue q
        join pg_catalog.pg_class c on c.oid = q.relation
       where q.queue_id = p_queue_id
         and c.relkind = 'r'
         and not coalesce(c.reloptions::text like '%autovacuum_vacuum_scale_factor%', false)
      union all
      select pg_catalog.format(
               '%s is unique in each partition alone: it must be so in the whole table',
               a.columns #>> '{id,name}'
             )
        from pyorch.attached a
       where a.queue_id = p_queue_id
         and not (a.columns #>> '{id,alone}')::boolean
      union all
      select pg_catalog.format(
               '%s has no time zone: it is read as %s, the zone of the session that attached',
               c.value ->> 'name', a.time_zone
             )
        from pyorch.attached a,
             pg_catalog.jsonb_each(a.columns) c
       where a.queue_id = p_queue_id
         and c.value ->> 'base' = 'timestamp'
         and c.key in ('locked_at', 'updated_at', 'run_at', 'created_at')
    ) n;
$$;

comment on function pyorch._attach_notes(integer) is
  'What whoever attached a table should know besides.';

revoke all on function pyorch._attach_notes(integer) from public;
