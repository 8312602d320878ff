-- pyorch._record_identity()
-- From now on pyorch belongs to this cluster and this database.
-- Writes: pyorch.identity.
create or replace function pyorch._record_identity()
  returns void
  language sql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  insert into pyorch.identity (system_identifier, database_oid, platform_id, adopted_at)
  select pyorch._system_identifier(), d.oid, pyorch._platform_id(), pyorch._now()
    from pg_catalog.pg_database d
   where d.datname = pg_catalog.current_database()
  on conflict (single) do update
    set system_identifier = excluded.system_identifier,
        database_oid = excluded.database_oid,
        platform_id = excluded.platform_id,
        adopted_at = excluded.adopted_at,
        expect_until = null;
$$;

comment on function pyorch._record_identity() is
  'Record cluster, database and platform as the ones that pyorch belongs to.';

revoke all on function pyorch._record_identity() from public;
