-- Every routine that the sources define: what it promises (arguments, attributes), what it does (md5 of its body), who may run it.
-- Left out: what pyorch generates for each queue (pyorch._queue_drift() judges that).
select p.oid::regprocedure::text as name,
       jsonb_build_object(
         'kind', p.prokind,
         'arguments', pg_get_function_arguments(p.oid),
         'result', pg_get_function_result(p.oid),
         'language', l.lanname,
         'volatility', p.provolatile,
         'parallel', p.proparallel,
         'strict', p.proisstrict,
         'security_definer', p.prosecdef,
         'config', coalesce(to_jsonb(p.proconfig), '[]'),
         'body', md5(p.prosrc),
         'comment', md5(obj_description(p.oid, 'pg_proc')),
         'foreign_owner', case when p.proowner <> n.nspowner then pg_get_userbyid(p.proowner) end,
         'acl', (
           select coalesce(jsonb_agg(format('%s=%s', case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee) end,
                                            lower(a.privilege_type))
                                     order by 1), '[]')
             from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
            where a.grantee <> p.proowner
         )
       ) as facts
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  join pg_language l on l.oid = p.prolang
 where (n.nspname = 'pyorch' and p.proname !~ '^_?q_[0-9a-z]')
    or (n.nspname = 'pyorch_api' and p.proname !~ '^claim_');
