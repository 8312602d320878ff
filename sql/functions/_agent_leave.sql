-- pyorch._agent_leave(uuid)
-- An agent stops in good order: it no longer counts as live. It has sent and reported what it took;
-- what it took and could not report ends as lost at its deadline, since nobody can tell whether it
-- arrived. Calls that wait untaken go to whoever is live next.
-- Writes: pyorch.agent.
create or replace function pyorch._agent_leave(p_agent uuid)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  delete from pyorch.agent a where a.agent_id = p_agent;
  -- another agent shall look at once
  perform pg_catalog.pg_notify('pyorch_calls', '');
end;
$$;

comment on function pyorch._agent_leave(uuid) is
  'An agent stops in good order.';

revoke all on function pyorch._agent_leave(uuid) from public;
call pyorch._grant('admin', 'execute', 'function', 'pyorch._agent_leave(uuid)');
