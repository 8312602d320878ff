-- pyorch.pause()
-- Stop deciding and sending calls, everywhere. Claims, unlock, settle and metrics go on.
-- Writes: pyorch.config.
create or replace function pyorch.pause()
  returns void
  language sql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  insert into pyorch.config (setting, value)
  values
    ('paused', 'true'),
    ('paused_since', pg_catalog.to_jsonb(pyorch._now()))
  on conflict (setting) do nothing;
$$;

comment on function pyorch.pause() is
  'Stop all dispatch until pyorch.resume(). Claims, unlock, settle and metrics go on.';

revoke all on function pyorch.pause() from public;

call pyorch._grant('operator', 'execute', 'function', 'pyorch.pause()');
