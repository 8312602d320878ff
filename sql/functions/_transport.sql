-- pyorch._transport()
-- Who carries calls now: 'agent', 'pg_net', or null when none that is allowed is live; then nothing
-- is decided. A live agent wins over pg_net; pg_net does not count while its worker sends one batch
-- again and again.
-- Calls: pyorch._setting, pyorch._agent_live, pyorch._pg_net_here, pyorch._pg_net_sick.
create or replace function pyorch._transport()
  returns text
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_setting constant text := pyorch._setting('transport') #>> '{}';
begin
  if v_setting in ('auto', 'agent') and pyorch._agent_live() then
    return 'agent';
  end if;
  if v_setting in ('auto', 'pg_net') and pyorch._pg_net_here()
     and not pyorch._pg_net_sick() then
    return 'pg_net';
  end if;
  return null;
end;
$$;

comment on function pyorch._transport() is
  'The transport that is live and chosen now: agent | pg_net | null.';

revoke all on function pyorch._transport() from public;
