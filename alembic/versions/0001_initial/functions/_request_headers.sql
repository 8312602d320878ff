-- pyorch._request_headers(jsonb, jsonb)
-- The headers of an endpoint with secrets and variables filled in, or why they may not be sent. A
-- missing secret refuses the call: sent without its header it would arrive unauthenticated.
-- Calls: pyorch._fill, pyorch._template_names, pyorch._secret_value.
create or replace function pyorch._request_headers(
  p_headers jsonb,
  -- variables and builtins; a secret of that name wins
  p_values jsonb,
  out headers jsonb,
  out refused text
)
  returns record
  language plpgsql
  stable
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_header record;
  v_name text;
  v_secret text;
  v_values jsonb;
  v_value text;
begin
  headers := '{}';
  for v_header in select h.key, h.value from pg_catalog.jsonb_each_text(p_headers) h loop
    v_values := p_values;
    foreach v_name in array pyorch._template_names(v_header.value) loop
      v_secret := pyorch._secret_value(v_name);
      if v_secret is not null then
        v_values := v_values || pg_catalog.jsonb_build_object(v_name, v_secret);
      elsif not v_values ? v_name and v_name not in ('call_id', 'run_id') then
        refused := pg_catalog.format('secret "%s" is not set', v_name);
        return;
      end if;
    end loop;
    v_value := pyorch._fill(v_header.value, v_values);
    if v_value is null then
      refused := pg_catalog.format('header "%s" has no value', v_header.key);
      return;
    end if;
    if v_value ~ '[\x01-\x08\x0a-\x1f\x7f]' or v_header.key !~ '^[A-Za-z0-9!#$%&''*+.^_`|~-]+$' then
      refused := pg_catalog.format('header "%s" holds a line break or a control character',
        v_header.key);
      return;
    end if;
    headers := headers || pg_catalog.jsonb_build_object(v_header.key, v_value);
  end loop;
end;
$$;

comment on function pyorch._request_headers(jsonb, jsonb) is
  'Headers with secrets and variables filled in, or why they are refused. For the transport alone.';

revoke all on function pyorch._request_headers(jsonb, jsonb) from public;
