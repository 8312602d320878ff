-- pyorch._mask(integer, text)
-- An answer's head without the endpoint's secrets: some endpoints echo what they got. Also where
-- the 200 bytes end in the middle of one.
-- Calls: pyorch._template_names, pyorch._secret_value.
create or replace function pyorch._mask(p_endpoint_id integer, p_text text)
  returns text
  language plpgsql
  stable
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_secret text;
begin
  if p_text is null or p_text = '' then
    return p_text;
  end if;
  for v_secret in
    select v.value
      from pyorch.endpoint e,
           pg_catalog.unnest(
             case when pg_catalog.strpos(e.headers::text, '{{') > 0
               then pyorch._template_names(e.headers::text) else '{}' end
             || e.signing_secrets
           ) n (name),
           lateral (select pyorch._secret_value(n.name)) v (value)
     where e.endpoint_id = p_endpoint_id
       -- shorter ones would mask half of any text, and protect nothing
       and length(v.value) >= 6
  loop
    p_text := replace(p_text, v_secret, '***');
    for i in reverse least(length(v_secret) - 1, length(p_text)) .. 6 loop
      if right(p_text, i) = left(v_secret, i) then
        p_text := left(p_text, -i) || '***';
        exit;
      end if;
    end loop;
  end loop;
  return p_text;
end;
$$;

comment on function pyorch._mask(integer, text) is
  'An answer''s head with the endpoint''s secrets masked.';

revoke all on function pyorch._mask(integer, text) from public;
