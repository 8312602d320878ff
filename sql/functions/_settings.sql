-- pyorch._settings()
-- What pyorch.configure() knows: each setting, the value in force, and its default.
-- Calls: pyorch._setting, pyorch._default_settings, pyorch._tick_every.
create or replace function pyorch._settings()
  returns table (setting text, value jsonb, "default" jsonb)
  language sql
  stable
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  select k.setting,
         coalesce(
           nullif(pyorch._setting(k.setting), 'null'),
           -- a tick that nobody set is chosen by what the scheduler can
           case when k.setting = 'tick' then pg_catalog.to_jsonb(pyorch._tick_every()::text) end
         ),
         nullif(pyorch._default_settings() -> k.setting, 'null')
    from pg_catalog.unnest(
           '{scheduler,transport,tick,budget,skip,retention,unlock_batch,metrics_every,'
           'maintain_every,missed,allowed_hosts,ping,ping_every}'::text[]
         ) with ordinality k (setting, place)
   order by k.place;
$$;

comment on function pyorch._settings() is
  'Each setting that pyorch.configure() knows, the value in force, and its default.';

revoke all on function pyorch._settings() from public;

call pyorch._grant('admin', 'execute', 'function', 'pyorch._settings()');
