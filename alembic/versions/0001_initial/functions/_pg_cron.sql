-- pyorch._pg_cron()
-- Where pg_cron is, seen from this database: {"state": …, "database", "version"}. States:   here
-- (we may schedule), denied (here, but not for us), elsewhere (jobs live in another database),
-- absent.
-- Calls: nothing of cron.*, which may not exist.
create or replace function pyorch._pg_cron()
  returns jsonb
  language plpgsql
  stable
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_version constant text := (
    select e.extversion from pg_catalog.pg_extension e where e.extname = 'pg_cron'
  );
  v_database text;
  v_may boolean;
begin
  if v_version is not null then
    v_may := pg_catalog.has_schema_privilege('cron', 'usage')
      and pg_catalog.has_function_privilege('cron.schedule(text, text, text)', 'execute');
    return pg_catalog.jsonb_build_object(
      'state', case when v_may then 'here' else 'denied' end,
      'database', pg_catalog.current_database(),
      'version', v_version
    );
  end if;
  begin
    v_database := pg_catalog.current_setting('cron.database_name', true);
  exception
    -- only a setting that exists can be kept from us: pg_cron is loaded, its database unknown
    when insufficient_privilege then
      return '{"state": "elsewhere", "database": null}';
  end;
  return pg_catalog.jsonb_build_object(
    'state', case
      when v_database is null or v_database = pg_catalog.current_database() then 'absent'
      else 'elsewhere'
    end,
    'database', v_database
  );
end;
$$;

comment on function pyorch._pg_cron() is
  'Where pg_cron is, seen from this database.';

revoke all on function pyorch._pg_cron() from public;
