-- pyorch._apply_grants()
-- Bring every ACL of the schemas pyorch and pyorch_api to exactly pyorch.wanted_grant: whoever is
-- not on the list loses what default privileges gave him (on Supabase: anon, authenticated,
-- service_role), by name.
-- Reads: pyorch.wanted_grant, pyorch.role_map.  Writes: ACLs.
create or replace procedure pyorch._apply_grants()
  language plpgsql
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v record;
begin
  for v in
    with object as (
      select 'routine' as kind, p.oid::regprocedure::text as name, p.proowner as owner,
             coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner)) as acl
        from pg_catalog.pg_proc p
       where p.pronamespace in ('pyorch'::regnamespace, 'pyorch_api'::regnamespace)
      union all
      select case when c.relkind = 'S' then 'sequence' else 'table' end,
             c.oid::regclass::text, c.relowner,
             coalesce(c.relacl, pg_catalog.acldefault(
               case when c.relkind = 'S' then 's'::"char" else 'r'::"char" end, c.relowner))
        from pg_catalog.pg_class c
       where c.relnamespace in ('pyorch'::regnamespace, 'pyorch_api'::regnamespace)
         and c.relkind in ('r', 'p', 'v', 'm', 'S')
      union all
      select 'schema', n.nspname::text, n.nspowner,
             coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))
        from pg_catalog.pg_namespace n
       where n.nspname in ('pyorch', 'pyorch_api')
    )
    select distinct o.kind, o.name, a.grantee
      from object o, pg_catalog.aclexplode(o.acl) a
     where a.grantee <> o.owner
       and not exists (
         select 1
           from pyorch.wanted_grant w
           join pyorch.role_map m on m.part = w.part
           join pg_catalog.pg_roles r on r.rolname = m.role_name
          where w.object_name = o.name
            and replace(w.object_kind, 'function', 'routine') = o.kind
            and r.oid = a.grantee
            and w.privilege = lower(a.privilege_type)
            -- a right to hand the right on was never asked for
            and not a.is_grantable
       )
  loop
    execute pg_catalog.format(
      'revoke all on %s %s from %s cascade',
      v.kind,
      v.name,
      case when v.grantee = 0 then 'public' else v.grantee::regrole::text end
    );
  end loop;

  -- in one transaction with the revokes above, so nobody who is on the list ever misses a right
  for v in
    select w.privilege, replace(w.object_kind, 'function', 'routine') as kind, w.object_name,
           r.rolname
      from pyorch.wanted_grant w
      join pyorch.role_map m on m.part = w.part
      join pg_catalog.pg_roles r on r.rolname = m.role_name
  loop
    execute pg_catalog.format(
      'grant %s on %s %s to %I', v.privilege, v.kind, v.object_name, v.rolname
    );
  end loop;
end;
$$;

comment on procedure pyorch._apply_grants() is
  'Make the ACLs of our schemas exactly what pyorch.wanted_grant says.';

revoke all on procedure pyorch._apply_grants() from public;
