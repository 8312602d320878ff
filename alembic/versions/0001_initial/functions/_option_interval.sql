-- pyorch._option_interval(jsonb, text, interval, interval, interval)
-- Read an interval out of an options object: its default when missing or null, PY001 when it is
-- none or out of range.
create or replace function pyorch._option_interval(
  p_options jsonb,
  p_key text,
  p_default interval,
  p_min interval default '0',
  p_max interval default '10 years'
)
  returns interval
  language plpgsql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_value interval;
begin
  if p_options ->> p_key is null then
    return p_default;
  end if;
  begin
    v_value := (p_options ->> p_key)::interval;
  exception
    when invalid_datetime_format or datetime_field_overflow or interval_field_overflow then
      v_value := null;
  end;
  if v_value is null or v_value < p_min or v_value > p_max then
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format('"%s" is no interval that fits: %s', p_key, p_options ->> p_key),
      hint = pg_catalog.format(
        'Give one from %s to %s, such as "%s".', p_min, p_max, coalesce(p_default, '1 minute')
      );
  end if;
  return v_value;
end;
$$;

comment on function pyorch._option_interval(jsonb, text, interval, interval, interval) is
  'An interval from an options object, within its bounds (PY001), or its default.';

revoke all on function pyorch._option_interval(jsonb, text, interval, interval, interval)
  from public;
