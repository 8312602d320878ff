-- pyorch._platform_id()
-- What the hosting platform says about which project and branch this is; null where it says
-- nothing. Only this tells a byte-identical branch from its original.
create or replace function pyorch._platform_id()
  returns text
  language plpgsql
  stable
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
begin
  -- Neon: the timeline is the branch
  return nullif(pg_catalog.concat_ws(
    '/',
    pg_catalog.current_setting('neon.tenant_id', true),
    pg_catalog.current_setting('neon.timeline_id', true)
  ), '');
exception
  when insufficient_privilege then
    return null;
end;
$$;

comment on function pyorch._platform_id() is
  'The platform''s own name of this project and branch, where it can be read.';

revoke all on function pyorch._platform_id() from public;
