-- pyorch._status_codes(jsonb)
-- The status codes that count as success: numbers and 'from..to' texts, alone or in an array. PY001
-- when it is none.
create or replace function pyorch._status_codes(p_codes jsonb)
  returns int4multirange
  language plpgsql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_codes int4multirange := '{}'::int4multirange;
  v_code text;
  v_match text[];
begin
  if p_codes is null or p_codes = 'null' then
    return '{[200,300)}'::int4multirange;
  end if;
  for v_code in
    select c
      from pg_catalog.jsonb_array_elements_text(
        case when pg_catalog.jsonb_typeof(p_codes) = 'array' then p_codes
          else pg_catalog.jsonb_build_array(p_codes) end
      ) c
  loop
    v_match := pg_catalog.regexp_match(v_code, '^([1-5]\d\d)(?:\s*(?:\.\.|-)\s*([1-5]\d\d))?$');
    if v_match is null or v_match[1] > coalesce(v_match[2], v_match[1]) then
      raise exception using
        errcode = 'PY001',
        message = pg_catalog.format('"success_codes" holds no status code: %s', v_code),
        hint = 'Give for example: {"success_codes": ["200..299", 304]}.';
    end if;
    v_codes := v_codes + pg_catalog.int4multirange(
      pg_catalog.int4range(v_match[1]::integer, coalesce(v_match[2], v_match[1])::integer, '[]')
    );
  end loop;
  return v_codes;
end;
$$;

comment on function pyorch._status_codes(jsonb) is
  'The success codes of an endpoint as a multirange (PY001 when malformed).';

revoke all on function pyorch._status_codes(jsonb) from public;
