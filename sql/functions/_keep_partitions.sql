-- pyorch._keep_partitions(integer)
-- Finished items of a native queue are kept in one partition for each day: make those of today and
-- the next seven days, drop those whose last day is older than the queue keeps; without retention
-- all of them. Returns how many it dropped.
-- Calls: pyorch._close_off.  Writes: partitions of pyorch.done_<queue>.
create or replace function pyorch._keep_partitions(p_queue_id integer)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_today constant date := (pyorch._now() at time zone 'UTC')::date;
  v_queue pyorch.queue;
  v_oldest date;
  v_name text;
  v_dropped integer := 0;
begin
  select * into strict v_queue from pyorch.queue q where q.queue_id = p_queue_id;
  v_oldest := (pyorch._now() at time zone 'UTC' - v_queue.retention)::date;
  for v_name in
    select c.relname
      from pg_catalog.pg_inherits i
      join pg_catalog.pg_class c on c.oid = i.inhrelid
     where i.inhparent = ('pyorch.done_' || v_queue.queue)::regclass
       and c.relname ~ '_\d{8}$'
       and coalesce(pg_catalog.right(c.relname, 8)::date < v_oldest, true)
  loop
    execute 'drop table pyorch.' || v_name;
    v_dropped := v_dropped + 1;
  end loop;
  for i in 0 .. case when v_queue.retention is null then -1 else 7 end loop
    v_name := 'pyorch.part_' || v_queue.queue || '_' || pg_catalog.to_char(v_today + i, 'YYYYMMDD');
    continue when pg_catalog.to_regclass(v_name) is not null;
    -- what was done that day before it had a partition moves there: it would be in the way
    execute pg_catalog.format(
      'create table %1$s (like pyorch.done_%2$s including defaults including constraints);'
        'with moved as (delete from pyorch.part_%2$s_rest'
        ' where finished_at >= %3$L and finished_at < %4$L returning *)'
        ' insert into %1$s select * from moved;'
        'alter table pyorch.done_%2$s attach partition %1$s for values from (%3$L) to (%4$L)',
      v_name, v_queue.queue,
      (v_today + i)::timestamp at time zone 'UTC', (v_today + i + 1)::timestamp at time zone 'UTC'
    );
    call pyorch._close_off('table', v_name);
  end loop;
  -- what was done on a day that had no partition, as after a long pause of maintenance
  execute pg_catalog.format(
    'delete from pyorch.part_%s_rest where finished_at < $1', v_queue.queue
  ) using coalesce(pyorch._now() - v_queue.retention, 'infinity');
  return v_dropped;
end;
$$;

comment on function pyorch._keep_partitions(integer) is
  'Make and drop the daily partitions of the finished items of a native queue.';

revoke all on function pyorch._keep_partitions(integer) from public;
