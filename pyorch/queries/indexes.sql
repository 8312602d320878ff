-- Indexes by name; an invalid one (a concurrent build that died) is a difference.
select i.indexrelid::regclass::text as name,
       jsonb_build_object(
         'definition', pg_get_indexdef(i.indexrelid),
         'valid', i.indisvalid,
         'options', coalesce((select jsonb_agg(o order by o) from unnest(x.reloptions) o), '[]')
       ) as facts
  from pg_index i
  join pg_class c on c.oid = i.indrelid
  join pg_class x on x.oid = i.indexrelid
  join pg_namespace n on n.oid = c.relnamespace
 where n.nspname in ('pyorch', 'pyorch_api')
   and not c.relispartition
   and c.relname !~ '^(_?q_[0-9a-z]|(native|lane|key|group|done|dead|stalled|waiting)_)'
   and c.relname <> 'alembic_version';
