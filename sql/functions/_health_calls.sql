-- pyorch._health_calls()
-- What is wrong with endpoints, calls and their transport, and what to do.
-- Calls: pyorch._transport, pyorch._pg_net_here, pyorch._endpoint_health, pyorch._transport_health.
create or replace function pyorch._health_calls()
  returns table (
    severity text,
    code text,
    subject text,
    since timestamptz,
    evidence text,
    advice text
  )
  language sql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  select * from pyorch._transport_health()
  union all
  select * from pyorch._endpoint_health();
$$;

comment on function pyorch._health_calls() is
  'Health rows about endpoints, calls and transport.';

revoke all on function pyorch._health_calls() from public;

call pyorch._grant('viewer', 'execute', 'function', 'pyorch._health_calls()');
