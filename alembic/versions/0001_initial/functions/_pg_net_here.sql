-- pyorch._pg_net_here()
-- Whether pg_net can carry calls of this database: the extension is here and its worker serves this
-- database. Created in another one it takes requests and never sends them.
create or replace function pyorch._pg_net_here()
  returns boolean
  language sql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select exists (select 1 from pg_catalog.pg_extension x where x.extname = 'pg_net')
     and pg_catalog.current_setting('pg_net.database_name', true) = pg_catalog.current_database()
     and pg_catalog.to_regclass('net.http_request_queue') is not null;
$$;

comment on function pyorch._pg_net_here() is
  'Whether pg_net serves this very database.';

revoke all on function pyorch._pg_net_here() from public;
