-- pyorch._check_target(text, boolean, boolean)
-- Why a resolved url may not be called; null when it may. What a name resolves to cannot be seen
-- from here: the agent checks the address that it connects to, pg_net does not.
-- Calls: pyorch._setting, pyorch._ip_literal, pyorch._ip_is_private.
create or replace function pyorch._check_target(p_url text, p_allow_http boolean,
  p_allow_private boolean)
  returns text
  language plpgsql
  stable
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_match text[] := pg_catalog.regexp_match(p_url, '^(https?)://([^/?#]*)', 'i');
  v_host text;
  v_address inet;
  v_allowed jsonb;
begin
  if v_match is null then
    return 'the url does not begin with https://';
  end if;
  -- clients disagree about blanks, backslashes and user:password@host: what one takes for the host,
  -- another does not
  if p_url ~ '[\s\\\x01-\x1f\x7f]' or v_match[2] ~ '[@%]' then
    return 'the url holds a blank, a backslash, a user name or an escaped host';
  end if;
  if lower(v_match[1]) = 'http' and not p_allow_http then
    return 'the url is http, not https (option allow_http)';
  end if;
  v_host := lower(pg_catalog.regexp_replace(v_match[2], ':\d*$', ''));
  if v_host !~ '^([a-z0-9_.-]+|\[[0-9a-f:.]+\])$' then
    return 'the url has no host in plain ASCII';
  end if;
  v_allowed := pyorch._setting('allowed_hosts');
  if pg_catalog.jsonb_typeof(v_allowed) = 'array' and not exists (
    select 1
      from pg_catalog.jsonb_array_elements_text(v_allowed) h
     where v_host = lower(h) or (h like '*.%' and v_host like '%' || lower(substr(h, 2)))
  ) then
    return pg_catalog.format('the host %s is not in allowed_hosts', v_host);
  end if;
  if p_allow_private then
    return null;
  end if;
  v_address := pyorch._ip_literal(v_host);
  if pg_catalog.rtrim(v_host, '.') ~ '(^|\.)(localhost|localdomain|internal)$'
     or pyorch._ip_is_private(v_address)
     or (v_address is null and left(v_host, 1) = '[') then
    return pg_catalog.format('the host %s is a private address (option allow_private)', v_host);
  end if;
  return null;
end;
$$;

comment on function pyorch._check_target(text, boolean, boolean) is
  'Why a url may not be called (scheme, host, allow-list, private address); null when it may.';

revoke all on function pyorch._check_target(text, boolean, boolean) from public;
