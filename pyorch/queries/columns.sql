-- Columns by name, whatever their position: type, null or not, default, identity, comment.
select format('%s.%s', c.oid::regclass, quote_ident(a.attname)) as name,
       jsonb_build_object(
         'type', format_type(a.atttypid, a.atttypmod),
         'not_null', a.attnotnull,
         'default', pg_get_expr(d.adbin, d.adrelid),
         'identity', a.attidentity,
         'generated', a.attgenerated,
         'comment', md5(col_description(c.oid, a.attnum)),
         'acl', coalesce((
           select jsonb_agg(format('%s=%s', case when x.grantee = 0 then 'public' else pg_get_userbyid(x.grantee) end,
                                   lower(x.privilege_type)) order by 1)
             from aclexplode(a.attacl) x
         ), '[]')
       ) as facts
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
 where n.nspname in ('pyorch', 'pyorch_api')
   and c.relkind in ('r', 'p', 'v', 'm', 'f')
   and not c.relispartition
   and c.relname !~ '^(_?q_[0-9a-z]|(native|lane|key|group|done|dead|stalled|waiting)_)'
   and c.relname <> 'alembic_version';
