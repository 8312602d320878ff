-- pyorch._option_array(jsonb, text)
-- Read an array of texts out of an options object: a single text counts as an array of one, missing
-- or null as none. PY001 otherwise.
create or replace function pyorch._option_array(p_options jsonb, p_key text)
  returns jsonb
  language plpgsql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
begin
  case coalesce(pg_catalog.jsonb_typeof(p_options -> p_key), 'null')
    when 'null' then
      return '[]'::jsonb;
    when 'string' then
      return pg_catalog.jsonb_build_array(p_options -> p_key);
    when 'array' then
      if not pg_catalog.jsonb_path_exists(p_options -> p_key, '$[*] ? (@.type() != "string")') then
        return p_options -> p_key;
      end if;
    else
      null;
  end case;
  raise exception using
    errcode = 'PY001',
    message = pg_catalog.format('"%s" is no array of names: %s', p_key, p_options ->> p_key),
    hint = pg_catalog.format('Give for example: {"%s": ["one", "another"]}.', p_key);
end;
$$;

comment on function pyorch._option_array(jsonb, text) is
  'An array of texts from an options object (PY001 when it is none).';

revoke all on function pyorch._option_array(jsonb, text) from public;
