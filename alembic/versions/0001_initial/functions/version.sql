-- pyorch.version()
-- The version of the SQL that is installed here; the Python side refuses to work with another one.
create or replace function pyorch.version()
  returns text
  language sql
  immutable
  parallel safe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  select '0.1.0';
$$;

comment on function pyorch.version() is
  'Version of the pyorch that is installed in this database.';

revoke all on function pyorch.version() from public;

call pyorch._grant('viewer', 'execute', 'function', 'pyorch.version()');
call pyorch._grant('worker', 'execute', 'function', 'pyorch.version()');
