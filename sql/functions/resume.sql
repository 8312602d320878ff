-- pyorch.resume()
-- End pyorch.pause().
-- Writes: pyorch.config.
create or replace function pyorch.resume()
  returns void
  language sql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  delete from pyorch.config
   where setting in ('paused', 'paused_since');
$$;

comment on function pyorch.resume() is
  'Let dispatch go on after pyorch.pause().';

revoke all on function pyorch.resume() from public;

call pyorch._grant('operator', 'execute', 'function', 'pyorch.resume()');
