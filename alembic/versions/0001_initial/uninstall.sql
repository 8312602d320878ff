-- The way back: drops all that is ours, and nothing else. Not in the manifest.
--   psql -1 -v ON_ERROR_STOP=1 -f sql/uninstall.sql
-- The table of Alembic's version stays, and its schema with it: pyorch.migrate drops them last.

-- jobs, what stands in public, what was added to the user's tables
do $$
begin
  if pg_catalog.to_regproc('pyorch._before_uninstall') is not null then
    perform pyorch._before_uninstall();
  end if;
end;
$$;

do $$
declare
  v_drop text;
begin
  foreach v_drop in array array(
    select pg_catalog.format('%s if exists %I.%I', k.kind, n.nspname, c.relname)
      from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      join (
        values ('v', 'view'), ('m', 'materialized view'), ('r', 'table'), ('p', 'table'),
          ('S', 'sequence'), ('c', 'type')
      ) k (relkind, kind) on k.relkind = c.relkind::text
     where n.nspname in ('pyorch', 'pyorch_api')
       and c.relname <> 'alembic_version'
       -- an identity's sequence goes with its column
       and not exists (
         select 1
           from pg_catalog.pg_depend d
          where d.classid = 'pg_catalog.pg_class'::regclass
            and d.objid = c.oid
            and d.deptype = 'i'
       )
    union all
    select pg_catalog.format('routine if exists %s', p.oid::regprocedure)
      from pg_catalog.pg_proc p
      join pg_catalog.pg_namespace n on n.oid = p.pronamespace
     where n.nspname in ('pyorch', 'pyorch_api')
    union all
    select pg_catalog.format('type if exists %I.%I', n.nspname, t.typname)
      from pg_catalog.pg_type t
      join pg_catalog.pg_namespace n on n.oid = t.typnamespace
     where n.nspname in ('pyorch', 'pyorch_api')
       and t.typtype in ('e', 'd')
  )
  loop
    execute 'drop ' || v_drop || ' cascade';
  end loop;
end;
$$;

-- schemas: ours, unless somebody made them for us; then they stay, empty
do $$
declare
  v_schema text;
begin
  foreach v_schema in array array['pyorch_api', 'pyorch'] loop
    continue when pg_catalog.to_regclass(v_schema || '.alembic_version') is not null;
    begin
      execute pg_catalog.format('drop schema if exists %I', v_schema);
    exception
      when insufficient_privilege then
        null;
    end;
  end loop;
end;
$$;

-- roles: those that pyorch made, unless another database of this cluster still needs them
do $$
declare
  v_role name;
begin
  for v_role in
    select r.rolname
      from pg_catalog.pg_roles r
     where r.rolname in ('pyorch_admin', 'pyorch_operator', 'pyorch_worker', 'pyorch_viewer')
       and pg_catalog.shobj_description(r.oid, 'pg_authid') = 'pyorch: group role'
  loop
    if pg_catalog.to_regnamespace('pyorch') is not null then
      execute pg_catalog.format('revoke all on schema pyorch from %I', v_role);
    end if;
    begin
      execute pg_catalog.format('drop role %I', v_role);
    exception
      when insufficient_privilege or dependent_objects_still_exist or object_in_use then
        null;
    end;
  end loop;
end;
$$;
