-- pyorch._attachment(integer)
-- What attach_queue answers: mapping, what degrades, the statements that make the missing indexes,
-- notes.
-- Calls: pyorch._attached_mapping, pyorch._attach_degrades, pyorch._attached_indexes,
-- pyorch._attach_notes.
-- Reads: pyorch.queue, pyorch.attached.
create or replace function pyorch._attachment(p_queue_id integer)
  returns jsonb
  language sql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.jsonb_build_object(
           'queue', q.queue,
           'relation', q.relation::text,
           'mapping', pyorch._attached_mapping(p_queue_id),
           'degrades', pg_catalog.to_jsonb(pyorch._attach_degrades(a.columns)),
           'advised', coalesce(
             (
               select pg_catalog.jsonb_agg(i.statement)
                 from pyorch._attached_indexes(p_queue_id) i
                where not i.present
             ),
             '[]'
           ),
           'notes', pg_catalog.to_jsonb(pyorch._attach_notes(p_queue_id))
         )
    from pyorch.queue q
    join pyorch.attached a on a.queue_id = q.queue_id
   where q.queue_id = p_queue_id;
$$;

comment on function pyorch._attachment(integer) is
  'What attach_queue answers about a queue.';

revoke all on function pyorch._attachment(integer) from public;
