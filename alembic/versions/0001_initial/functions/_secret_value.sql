-- pyorch._secret_value(text)
-- The value of a secret: from Supabase Vault where it exists and we may read it, else from
-- pyorch.secret. Null when missing. Only ever called on the way to the transport; nothing logs what
-- it returns.
create or replace function pyorch._secret_value(p_secret text)
  returns text
  language plpgsql
  stable
  parallel unsafe
  strict
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_vault constant regclass := pg_catalog.to_regclass('vault.decrypted_secrets');
  v_value text;
begin
  if v_vault is not null
     and pg_catalog.has_schema_privilege('vault', 'usage')
     and pg_catalog.has_table_privilege(v_vault, 'select') then
    execute pg_catalog.format('select decrypted_secret from %s where name = $1 limit 1', v_vault)
      into v_value
      using p_secret;
  end if;
  return coalesce(v_value, (select s.value from pyorch.secret s where s.secret = p_secret));
end;
$$;

comment on function pyorch._secret_value(text) is
  'The value of a secret, from Vault or our table; null when missing. For the transport alone.';

revoke all on function pyorch._secret_value(text) from public;
