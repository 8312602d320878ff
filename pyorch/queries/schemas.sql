-- Our two schemas: comment and who may use them.
select n.nspname as name,
       jsonb_build_object(
         'comment', md5(obj_description(n.oid, 'pg_namespace')),
         'acl', (
           select coalesce(jsonb_agg(format('%s=%s', case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee) end,
                                            lower(a.privilege_type))
                                     order by 1), '[]')
             from aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
            where a.grantee <> n.nspowner
         )
       ) as facts
  from pg_namespace n
 where n.nspname in ('pyorch', 'pyorch_api');
