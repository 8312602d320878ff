-- pyorch.harden()
-- Take from PUBLIC what pg_net gave it: every role that can connect may read, change and forge its
-- requests and answers. Only the owner of these objects, or a role that may act for it, can; on
-- Supabase we cannot, and each row says so. What is revoked from PUBLIC is granted to us.
create or replace function pyorch.harden()
  returns table (
    object text,
    -- revoked | not open | not allowed
    done text,
    detail text
  )
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v record;
begin
  if not exists (select 1 from pg_catalog.pg_extension x where x.extname = 'pg_net') then
    return query select 'pg_net', 'not open', 'the extension is not in this database';
    return;
  end if;
  for v in
    select case c.relkind when 'S' then 'sequence' else 'table' end as kind,
      c.oid::regclass::text as name, c.relowner as owner,
           coalesce(c.relacl, pg_catalog.acldefault(case when c.relkind = 'S' then 's'::"char"
             else 'r'::"char" end, c.relowner)) as acl,
           pg_catalog.format('on %s %s', case c.relkind when 'S' then 'sequence' else 'table' end,
             c.oid::regclass) as target
      from pg_catalog.pg_class c
     where c.relnamespace = pg_catalog.to_regnamespace('net')
       and c.relkind in ('r', 'p', 'v', 'S')
    union all
    select 'function', p.oid::regprocedure::text, p.proowner,
      coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner)),
           pg_catalog.format('on function %s', p.oid::regprocedure)
      from pg_catalog.pg_proc p
     where p.pronamespace = pg_catalog.to_regnamespace('net')
    union all
    select 'schema', n.nspname, n.nspowner, coalesce(n.nspacl, pg_catalog.acldefault('n',
      n.nspowner)),
           pg_catalog.format('on schema %I', n.nspname)
      from pg_catalog.pg_namespace n
     where n.oid = pg_catalog.to_regnamespace('net')
    order by 1, 2
  loop
    object := v.kind || ' ' || v.name;
    if not exists (select 1 from pg_catalog.aclexplode(v.acl) a where a.grantee = 0) then
      done := 'not open';
      detail := null;
    elsif not pg_catalog.pg_has_role(current_user, v.owner, 'usage') then
      done := 'not allowed';
      detail := pg_catalog.format('owned by %s; there, run: revoke all %s from public;',
        v.owner::regrole, v.target);
    else
      -- we go on using it ourselves: a member of the owner's role is not the owner
      execute pg_catalog.format('grant all %s to %I', v.target, current_user);
      execute pg_catalog.format('revoke all %s from public', v.target);
      done := 'revoked';
      detail := null;
    end if;
    return next;
  end loop;
end;
$$;

comment on function pyorch.harden() is
  'Revoke from PUBLIC what pg_net granted it, where we may; one row for each object: revoked, not '
  'open, or not allowed and why.';

revoke all on function pyorch.harden() from public;
call pyorch._grant('admin', 'execute', 'function', 'pyorch.harden()');
