-- pyorch._status()
-- Who is who, for `pyorch status`: version, who ticks, who carries, whether calls go out. Json,
-- since jsonb would forget the order.
-- Calls: pyorch.version, pyorch._scheduler, pyorch._transport, pyorch._dispatch_allowed,
-- pyorch._heartbeat_age, pyorch._setting.  Reads: pyorch.agent.
create or replace function pyorch._status()
  returns json
  language sql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.json_build_object(
    'version', pyorch.version(),
    'scheduler', pyorch._scheduler(),
    'scheduler_chosen', pyorch._setting('scheduler'),
    'transport', pyorch._transport(),
    'transport_chosen', pyorch._setting('transport'),
    'agents', (
      select pg_catalog.count(*)
        from pyorch.agent a
       where a.seen_at > pyorch._now() - interval '10 seconds'
    ),
    'last_tick_seconds', extract(epoch from pyorch._heartbeat_age()),
    'dispatching', coalesce(pyorch._dispatch_allowed(), 'yes')
  );
$$;

comment on function pyorch._status() is
  'Who ticks, who carries, whether calls go out.';

revoke all on function pyorch._status() from public;

call pyorch._grant('viewer', 'execute', 'function', 'pyorch._status()');
