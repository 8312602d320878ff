-- pyorch._identity_ok()
-- Is this still the cluster and the database that pyorch was installed in, or adopted by? True as
-- long as nothing is recorded: the first run records it.
-- Reads: pyorch.identity.
create or replace function pyorch._identity_ok()
  returns boolean
  language sql
  stable
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select coalesce((
    select i.database_oid = (
             select d.oid
               from pg_catalog.pg_database d
              where d.datname = pg_catalog.current_database()
           )
       and i.system_identifier is not distinct from pyorch._system_identifier()
       and i.platform_id is not distinct from pyorch._platform_id()
      from pyorch.identity i
  ), true);
$$;

comment on function pyorch._identity_ok() is
  'False in a copy that was restored somewhere else and not adopted.';

revoke all on function pyorch._identity_ok() from public;
