-- pyorch._option_number(jsonb, text, numeric, numeric, numeric)
-- Read a number out of an options object: its default when missing or null, PY001 when it is none
-- or out of range.
create or replace function pyorch._option_number(
  p_options jsonb,
  p_key text,
  p_default numeric,
  p_min numeric default 0,
  p_max numeric default 1000000000
)
  returns numeric
  language plpgsql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_value numeric;
begin
  if p_options ->> p_key is null then
    return p_default;
  end if;
  begin
    v_value := (p_options ->> p_key)::numeric;
  exception
    when invalid_text_representation or numeric_value_out_of_range then
      v_value := null;
  end;
  if v_value is null or not v_value between p_min and p_max then
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format('"%s" is no number that fits: %s', p_key, p_options ->> p_key),
      hint = pg_catalog.format('Give one from %s to %s.', p_min, p_max);
  end if;
  return v_value;
end;
$$;

comment on function pyorch._option_number(jsonb, text, numeric, numeric, numeric) is
  'A number from an options object, within its bounds (PY001), or its default.';

revoke all on function pyorch._option_number(jsonb, text, numeric, numeric, numeric) from public;
