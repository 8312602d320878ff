-- pyorch._map_attached(integer)
-- Find out, from the table and the queue's options, how the table is to be read, and write it down.
-- Calls: pyorch._attach_mapping, pyorch._attach_path, pyorch._attached_mapping.
-- Writes: pyorch.attached, pyorch.queue.
create or replace function pyorch._map_attached(p_queue_id integer)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue pyorch.queue;
  v_mapping jsonb;
  v_zone text;
begin
  select * into strict v_queue from pyorch.queue q where q.queue_id = p_queue_id;
  v_mapping := pyorch._attach_mapping(v_queue.relation, v_queue.options);
  select z.name
    into v_zone
    from pg_catalog.pg_timezone_names z
   where pg_catalog.lower(z.name) = pg_catalog.lower(v_queue.options ->> 'time_zone');
  if v_zone is null and v_queue.options ? 'time_zone' then
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format('no time zone: %s', v_queue.options ->> 'time_zone'),
      hint = 'select name from pg_timezone_names;';
  end if;
  insert into pyorch.attached as a (queue_id, columns, statuses, time_zone, where_sql, order_sql)
  values (
    p_queue_id,
    v_mapping -> 'columns',
    v_mapping -> 'statuses',
    coalesce(v_zone, pg_catalog.current_setting('TimeZone')),
    v_queue.options ->> 'where',
    v_queue.options ->> 'order_by'
  )
  on conflict (queue_id) do update
     set columns = excluded.columns,
         statuses = excluded.statuses,
         -- the zone of whoever attached the table stays, unless one is named
         time_zone = coalesce(v_zone, a.time_zone),
         where_sql = excluded.where_sql,
         order_sql = excluded.order_sql;
  update pyorch.queue q
     set attached_search_path
           = pyorch._attach_path(v_queue.relation, v_queue.options ->> 'search_path'),
         mapping = pyorch._attached_mapping(p_queue_id)
   where q.queue_id = p_queue_id;
end;
$$;

comment on function pyorch._map_attached(integer) is
  'Find out how an attached table is to be read, and write it down. Raises PY001, PY008.';

revoke all on function pyorch._map_attached(integer) from public;
