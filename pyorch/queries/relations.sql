-- Tables, views and sequences: kind, storage, row security, options, who may read them. Of a view its text as well.
-- Left out: partitions, what pyorch generates for each queue, Alembic's version table.
select c.oid::regclass::text as name,
       jsonb_build_object(
         'kind', c.relkind,
         'persistence', c.relpersistence,
         'row_security', c.relrowsecurity,
         'options', coalesce((select jsonb_agg(o order by o) from unnest(c.reloptions) o), '[]'),
         'partition_key', pg_get_partkeydef(c.oid),
         'definition', case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end,
         'comment', md5(obj_description(c.oid, 'pg_class')),
         'foreign_owner', case when c.relowner <> n.nspowner then pg_get_userbyid(c.relowner) end,
         'acl', (
           select coalesce(jsonb_agg(format('%s=%s', case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee) end,
                                            lower(a.privilege_type))
                                     order by 1), '[]')
             from aclexplode(coalesce(c.relacl, acldefault(case when c.relkind = 'S' then 's'::"char" else 'r' end, c.relowner))) a
            where a.grantee <> c.relowner
         )
       ) as facts
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
 where n.nspname in ('pyorch', 'pyorch_api')
   and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
   and not c.relispartition
   and c.relname !~ '^(_?q_[0-9a-z]|(native|lane|key|group|done|dead|stalled|waiting)_)'
   and c.relname <> 'alembic_version';
