-- pyorch._option_flag(jsonb, text, boolean)
-- Read a switch out of an options object: its default when missing or null, PY001 when it is
-- neither true nor false.
create or replace function pyorch._option_flag(p_options jsonb, p_key text, p_default boolean)
  returns boolean
  language plpgsql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
begin
  if p_options ->> p_key is null then
    return p_default;
  end if;
  -- a jsonb true, or the text that a shell would give
  if p_options ->> p_key not in ('true', 'false') then
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format('"%s" is neither true nor false: %s', p_key, p_options ->> p_key),
      hint = pg_catalog.format('Give {"%s": true} or {"%s": false}.', p_key, p_key);
  end if;
  return (p_options ->> p_key)::boolean;
end;
$$;

comment on function pyorch._option_flag(jsonb, text, boolean) is
  'A switch from an options object (PY001 when it is none), or its default.';

revoke all on function pyorch._option_flag(jsonb, text, boolean) from public;
