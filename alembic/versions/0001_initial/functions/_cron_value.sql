-- pyorch._cron_value(text, text[], integer)
-- One value of a cron field: a number, or a three-letter name. Null when it is neither.
create or replace function pyorch._cron_value(p_value text, p_names text[], p_name_base integer)
  returns integer
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_value ~ '^\d+$' then p_value::integer
    else pg_catalog.array_position(p_names, p_value) - 1 + p_name_base
  end;
$$;

comment on function pyorch._cron_value(text, text[], integer) is
  'One value of a cron field, by number or name.';

revoke all on function pyorch._cron_value(text, text[], integer) from public;
