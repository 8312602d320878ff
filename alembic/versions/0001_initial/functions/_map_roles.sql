-- pyorch._map_roles(jsonb)
-- Let other roles play our parts, and bring the grants in line. Returns who plays which part; null:
-- nobody, the role does not exist.
-- Calls: pyorch._apply_grants.  Writes: pyorch.role_map, ACLs.
create or replace function pyorch._map_roles(
  -- {admin_role, operator_role, worker_role, viewer_role}; only the named ones change
  p_options jsonb
)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v record;
begin
  for v in
    select m.part, p_options ->> (m.part || '_role') as role_name
      from pyorch.role_map m
     where p_options ->> (m.part || '_role') is not null
  loop
    if pg_catalog.to_regrole(pg_catalog.quote_ident(v.role_name)) is null then
      raise exception using
        errcode = 'PY001',
        message = pg_catalog.format('role "%s" does not exist', v.role_name),
        hint = pg_catalog.format('Create it first: create role %I;', v.role_name);
    end if;
    update pyorch.role_map m
       set role_name = v.role_name
     where m.part = v.part;
  end loop;
  call pyorch._apply_grants();
  return (
    select pg_catalog.jsonb_object_agg(m.part, r.rolname)
      from pyorch.role_map m
      left join pg_catalog.pg_roles r on r.rolname = m.role_name
  );
end;
$$;

comment on function pyorch._map_roles(jsonb) is
  'Let other roles play our parts, and bring the grants in line.';

revoke all on function pyorch._map_roles(jsonb) from public;
