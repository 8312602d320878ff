-- pyorch._native_tables(text)
-- The tables of a native queue, partitions of finished items included.
create or replace function pyorch._native_tables(p_queue text)
  returns text[]
  language sql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select array(
    select 'pyorch.' || t || '_' || p_queue
      from pg_catalog.unnest(
        array['native', 'lane', 'waiting', 'dead', 'key', 'group', 'stalled', 'done']
      ) t
    union all
    select i.inhrelid::regclass::text
      from pg_catalog.pg_inherits i
     where i.inhparent = pg_catalog.to_regclass('pyorch.done_' || p_queue)
  );
$$;

comment on function pyorch._native_tables(text) is
  'The tables of a native queue.';

revoke all on function pyorch._native_tables(text) from public;
