-- pyorch._source()
-- Who runs this: what the session says of itself (pyorch.source, set by the agent and the CLI),
-- else pg_cron by the name or kind of its session, else sql.
create or replace function pyorch._source()
  returns text
  language sql
  stable
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select case
    when pg_catalog.current_setting('pyorch.source', true) in ('pg_cron', 'agent', 'cli', 'sql')
      then pg_catalog.current_setting('pyorch.source', true)
    when pg_catalog.current_setting('application_name') like 'pg\_cron%' then 'pg_cron'
    -- with cron.use_background_workers the job's session is no client
    when exists (
      select 1
        from pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) a
       where a.backend_type like 'pg\_cron%'
    ) then 'pg_cron'
    else 'sql'
  end;
$$;

comment on function pyorch._source() is
  'Who runs this session: pg_cron | agent | cli | sql.';

revoke all on function pyorch._source() from public;
