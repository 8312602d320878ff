-- pyorch._setting(text)
-- What pyorch.configure() has set, else the default; objects are filled up with the defaults of
-- their missing keys.
-- Calls: pyorch._default_settings.  Reads: pyorch.config.
create or replace function pyorch._setting(p_setting text)
  returns jsonb
  language sql
  stable
  parallel safe
  strict
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  with default_value as (
    select pyorch._default_settings() -> p_setting as value
  )
  select case
           when s.value is null then d.value
           when pg_catalog.jsonb_typeof(d.value) = 'object'
            and pg_catalog.jsonb_typeof(s.value) = 'object' then d.value || s.value
           else s.value
         end
    from default_value d
    left join pyorch.config s on s.setting = p_setting;
$$;

comment on function pyorch._setting(text) is
  'The value of a setting, or its default.';

revoke all on function pyorch._setting(text) from public;
