-- pyorch._system_identifier()
-- The cluster's identifier, or null where pg_control_system() may not be called.
create or replace function pyorch._system_identifier()
  returns text
  language plpgsql
  stable
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
begin
  return (select c.system_identifier::text from pg_catalog.pg_control_system() c);
exception
  when insufficient_privilege then
    return null;
end;
$$;

comment on function pyorch._system_identifier() is
  'The identifier of this cluster, where it can be read.';

revoke all on function pyorch._system_identifier() from public;
