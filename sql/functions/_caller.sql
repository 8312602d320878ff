-- pyorch._caller()
-- The role that called, seen from inside a security definer function: that of SET ROLE, else the
-- session's.
create or replace function pyorch._caller()
  returns name
  language sql
  stable
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select case
    when pg_catalog.current_setting('role') = 'none' then session_user
    else pg_catalog.current_setting('role')::name
  end;
$$;

comment on function pyorch._caller() is
  'The role that called, seen from inside a security definer function.';

revoke all on function pyorch._caller() from public;
