-- pyorch._create_roles()
-- Create the roles that pyorch.role_map names and that are missing. Where we may not, nothing
-- happens: grants wait in pyorch.wanted_grant until the role exists (pyorch._apply_grants).
-- Reads: pyorch.role_map.  Writes: roles of the cluster.
create or replace procedure pyorch._create_roles()
  language plpgsql
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_role name;
begin
  for v_role in
    select m.role_name
      from pyorch.role_map m
     where m.role_name in ('pyorch_admin', 'pyorch_operator', 'pyorch_worker', 'pyorch_viewer')
       and not exists (select 1 from pg_catalog.pg_roles r where r.rolname = m.role_name)
     order by m.role_name
  loop
    begin
      execute pg_catalog.format('create role %I nologin', v_role);
      -- the mark by which sql/uninstall.sql knows what is ours to drop
      execute pg_catalog.format('comment on role %I is %L', v_role, 'pyorch: group role');
    exception
      when insufficient_privilege then
        return;
      -- an install in another database of this cluster was faster
      when duplicate_object or unique_violation then
        null;
    end;
  end loop;
end;
$$;

comment on procedure pyorch._create_roles() is
  'Create the roles of pyorch.role_map that are missing, where we may.';

revoke all on procedure pyorch._create_roles() from public;
