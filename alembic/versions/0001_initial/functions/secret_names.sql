-- pyorch.secret_names()
-- The names of secrets, where each one is kept, and how many endpoints name it; never a value. Of
-- Vault only what our endpoints name.
-- Reads: pyorch.secret, pyorch.endpoint, vault.decrypted_secrets (names alone).
create or replace function pyorch.secret_names()
  returns table (secret text, kept_in text, endpoints bigint, changed_at timestamptz)
  language plpgsql
  stable
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_vault text[] := '{}'::text[];
begin
  if pg_catalog.to_regclass('vault.secrets') is not null
     and pg_catalog.has_schema_privilege('vault', 'usage')
     and pg_catalog.has_table_privilege('vault.secrets', 'select') then
    execute pg_catalog.format(
      'select array(select name::text from %I.secrets where name is not null)', 'vault'
    )
      into v_vault;
  end if;
  return query
    with named as (
      select n.name, count(distinct e.endpoint_id) as endpoints
        from pyorch.endpoint e,
             pg_catalog.unnest(pyorch._template_names(e.headers::text)
               || e.signing_secrets) n (name)
       group by n.name
    )
    select coalesce(s.secret, n.name),
           case
             when n.name = any (v_vault) or s.secret = any (v_vault) then 'vault'
             when s.secret is not null then 'pyorch.secret'
             else 'missing'
           end,
           coalesce(n.endpoints, 0),
           s.changed_at
      from named n
      full join pyorch.secret s on s.secret = n.name
     where s.secret is not null
        or n.name = any (v_vault)
        or not exists (select 1 from pyorch.variable v where v.variable = n.name)
           and n.name not in ('call_id', 'run_id', 'queue', 'batch_size')
     order by 1;
end;
$$;

comment on function pyorch.secret_names() is
  'Names of secrets: kept in vault, in pyorch.secret, or missing (an endpoint names it); never a '
  'value.';

revoke all on function pyorch.secret_names() from public;
call pyorch._grant('operator', 'execute', 'function', 'pyorch.secret_names()');
