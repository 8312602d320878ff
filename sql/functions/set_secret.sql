-- pyorch.set_secret(text, text)
-- Store a secret: in Supabase Vault where it exists and we may, else in pyorch.secret. Give the
-- value as a bind parameter (the CLI does), never as a literal: pg_stat_statements and the server's
-- log keep the text of a statement.
-- Writes: vault.secrets or pyorch.secret.
create or replace function pyorch.set_secret(
  -- its name, as {{name}} in headers
  secret text,
  -- no line break, no control character
  value text
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_old uuid;
begin
  if coalesce(set_secret.secret !~ '^[A-Za-z_][A-Za-z0-9_]{0,62}$', true) then
    raise exception using
      errcode = 'PY001',
      message = 'a secret needs a name of 1 to 63 letters, digits and _',
      hint = 'Choose another name.';
  end if;
  -- the message never holds the value
  if coalesce(set_secret.value, '') = '' or set_secret.value ~ '[\x01-\x1f\x7f]' then
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format('the value of secret "%s" is empty or holds a line break or '
                                  'control character', set_secret.secret),
      hint = 'Give it without the newline at its end.';
  end if;
  if pg_catalog.to_regclass('vault.decrypted_secrets') is not null
     and pg_catalog.has_schema_privilege('vault', 'usage')
     and pg_catalog.has_table_privilege('vault.decrypted_secrets', 'select')
     and coalesce(pg_catalog.has_function_privilege(
       pg_catalog.to_regproc('vault.create_secret'), 'execute'), false) then
    execute pg_catalog.format('select id from %I.decrypted_secrets where name = $1', 'vault')
      into v_old
      using set_secret.secret;
    if v_old is null then
      execute pg_catalog.format('select %I.create_secret($1, $2)', 'vault') using set_secret.value,
        set_secret.secret;
    else
      execute pg_catalog.format('select %I.update_secret($1, $2)', 'vault') using v_old,
        set_secret.value;
    end if;
    delete from pyorch.secret s where s.secret = set_secret.secret;
    return;
  end if;
  insert into pyorch.secret as s (secret, value, changed_at)
  values (set_secret.secret, set_secret.value, pyorch._now())
  on conflict (secret) do update set value = excluded.value, changed_at = excluded.changed_at;
end;
$$;

comment on function pyorch.set_secret(text, text) is
  'Store a secret for {{name}} in headers or for signing. Call it with bind parameters, so that '
  'the value stands in no log. Raises PY001.';

revoke all on function pyorch.set_secret(text, text) from public;
call pyorch._grant('admin', 'execute', 'function', 'pyorch.set_secret(text, text)');
