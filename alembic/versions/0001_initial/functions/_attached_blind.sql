-- pyorch._attached_blind(integer)
-- Whether counting the items of an attached table would mean to read all of it: it is large, and
-- the claim index is not there. Calls: pyorch._attached_facts.  Reads: pyorch.queue.
create or replace function pyorch._attached_blind(p_queue_id integer)
  returns boolean
  language sql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select coalesce(s.bytes, 0) > 64 * 1024 * 1024
         and not (pyorch._attached_facts(p_queue_id) -> 'indexed')::boolean
    from pyorch.queue q,
         lateral (
           select pg_catalog.sum(pg_catalog.pg_relation_size(r.oid)) as bytes
             from (
               select q.relation::oid as oid
               union
               select t.relid::oid from pg_catalog.pg_partition_tree(q.relation) t
             ) r
         ) s
   where q.queue_id = p_queue_id;
$$;

comment on function pyorch._attached_blind(integer) is
  'Whether counting the items of an attached table would mean to read all of it.';

revoke all on function pyorch._attached_blind(integer) from public;
