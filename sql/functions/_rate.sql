-- pyorch._rate(jsonb)
-- A rate limit: 'N/interval' or 'N per interval' ('30/minute', '5 per 10 seconds'), or {"calls": N,
-- "per": interval}. PY001 when it is none.
create or replace function pyorch._rate(p_rate jsonb, out calls integer, out per interval)
  returns record
  language plpgsql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_match text[];
begin
  if p_rate is null or p_rate = 'null' then
    return;
  end if;
  v_match := case pg_catalog.jsonb_typeof(p_rate)
    when 'object' then array[p_rate ->> 'calls', p_rate ->> 'per']
    else pg_catalog.regexp_match(p_rate #>> '{}', '^\s*(\d{1,9})\s*(?:/|per\s)\s*(.+)$')
  end;
  begin
    calls := v_match[1]::integer;
    per := case when v_match[2] ~ '\d' then v_match[2] else '1 ' || v_match[2] end::interval;
  exception
    when invalid_datetime_format or invalid_text_representation or datetime_field_overflow
      or numeric_value_out_of_range then
      calls := null;
  end;
  if calls is null or calls < 1 or per is null or per <= '0' or per > '1 day' then
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format('"rate" is no rate: %s', p_rate #>> '{}'),
      hint = 'Give for example: {"rate": "30/minute"}.';
  end if;
end;
$$;

comment on function pyorch._rate(jsonb) is
  'A rate limit as calls and interval (PY001 when malformed); nulls when there is none.';

revoke all on function pyorch._rate(jsonb) from public;
