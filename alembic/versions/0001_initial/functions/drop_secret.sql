-- pyorch.drop_secret(text)
-- Forget a secret that set_secret stored, in Vault or in our table. Calls that name it are refused
-- from then on.
-- Writes: vault.secrets or pyorch.secret.
create or replace function pyorch.drop_secret(secret text)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_count integer := 0;
  v_rows integer;
begin
  if pg_catalog.to_regclass('vault.secrets') is not null
     and pg_catalog.has_schema_privilege('vault', 'usage')
     and pg_catalog.has_table_privilege('vault.secrets', 'select, delete') then
    execute pg_catalog.format('delete from %I.secrets where name = $1', 'vault')
      using drop_secret.secret;
    get diagnostics v_count = row_count;
  end if;
  delete from pyorch.secret s where s.secret = drop_secret.secret;
  get diagnostics v_rows = row_count;
  if v_count + v_rows = 0 then
    raise exception using
      errcode = 'PY010',
      message = pg_catalog.format('there is no secret "%s"', drop_secret.secret),
      hint = 'List their names with: pyorch secret list';
  end if;
end;
$$;

comment on function pyorch.drop_secret(text) is
  'Forget a secret. Raises PY010 when there is none of that name.';

revoke all on function pyorch.drop_secret(text) from public;
call pyorch._grant('admin', 'execute', 'function', 'pyorch.drop_secret(text)');
