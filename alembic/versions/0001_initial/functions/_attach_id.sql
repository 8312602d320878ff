-- pyorch._attach_id(regclass, text)
-- The column that identifies an item: the given one, else the primary key, else a usual name;
-- unique, not null, uuid, integer or text. In a partitioned table it is enough that a unique index
-- begins with it. Null: there is none.
create or replace function pyorch._attach_id(
  p_relation regclass,
  -- the name that the options gave; null: find it
  p_given text
)
  returns jsonb
  language sql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.jsonb_build_object(
           'name', a.attname,
           'type', pg_catalog.format_type(b.oid, null),
           'base', b.typname,
           'nullable', false,
           'alone', i.indnkeyatts = 1
         )
    from pg_catalog.pg_index i
    join pg_catalog.pg_class c on c.oid = i.indrelid
    join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    join pg_catalog.pg_type b on b.oid = pyorch._base_type(a.atttypid)
   where i.indrelid = p_relation
     and i.indisunique
     and i.indisvalid
     and i.indimmediate
     and i.indpred is null
     and (i.indnkeyatts = 1 or c.relkind = 'p')
     -- a primary key's columns are not null, too
     and a.attnotnull
     and b.typname in ('uuid', 'int2', 'int4', 'int8', 'text', 'varchar')
     and (p_given is null or a.attname = p_given)
   order by i.indisprimary desc,
            pg_catalog.array_position(
              array['id', 'uuid', 'item_id', 'job_id', 'queue_id'], pg_catalog.lower(a.attname)),
            a.attnum
   limit 1;
$$;

comment on function pyorch._attach_id(regclass, text) is
  'The column that identifies an item of a table, or null.';

revoke all on function pyorch._attach_id(regclass, text) from public;
