-- pyorch._attached_mapping(integer)
-- The mapping of an attached queue for people: {columns: {word: name}, statuses: {word: word}}.
-- Reads: pyorch.attached.
create or replace function pyorch._attached_mapping(p_queue_id integer)
  returns jsonb
  language sql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.jsonb_build_object(
           'columns',
           (select pg_catalog.jsonb_object_agg(c.key, c.value -> 'name')
              from pg_catalog.jsonb_each(a.columns) c),
           'statuses', a.statuses
         )
    from pyorch.attached a
   where a.queue_id = p_queue_id;
$$;

comment on function pyorch._attached_mapping(integer) is
  'The mapping of an attached queue: word to column name, word to status.';

revoke all on function pyorch._attached_mapping(integer) from public;
