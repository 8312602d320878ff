-- pyorch._check_identity()
-- As _identity_ok(), at the start of a run: records the identity where none is recorded yet, and
-- adopts a new one that pyorch.adopt(expect) announced.
-- Calls: pyorch._identity_ok, pyorch._record_identity.
create or replace function pyorch._check_identity()
  returns boolean
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_identity pyorch.identity;
begin
  select * into v_identity from pyorch.identity;
  if found and pyorch._identity_ok() then
    return true;
  end if;
  if v_identity.database_oid is null or v_identity.expect_until > pyorch._now() then
    perform pyorch._record_identity();
    return true;
  end if;
  return false;
end;
$$;

comment on function pyorch._check_identity() is
  'At the start of a run: is this the database that pyorch belongs to?';

revoke all on function pyorch._check_identity() from public;
