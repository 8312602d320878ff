-- pyorch._make_alias()
-- Make public.orchestrate(), so that `select orchestrate()` works, where we may and where nobody
-- else has a function of that name. Null: done. Else why not.
-- Writes: function public.orchestrate().
create or replace function pyorch._make_alias()
  returns text
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_mark constant text := 'pyorch: alias of pyorch.orchestrate()';
  v_role name;
begin
  if pg_catalog.to_regnamespace('public') is null
    or not pg_catalog.has_schema_privilege('public', 'create')
  then
    return 'no public.orchestrate(): we may not create in schema public; call pyorch.orchestrate()';
  end if;
  if exists (
    select
      from pg_catalog.pg_proc p
     where p.pronamespace = 'public'::regnamespace
       and p.proname = 'orchestrate'
       and pg_catalog.obj_description(p.oid, 'pg_proc') is distinct from v_mark
  ) then
    return 'no public.orchestrate(): another function has that name; call pyorch.orchestrate()';
  end if;
  execute 'create or replace function public.orchestrate() returns jsonb language sql volatile '
    'security invoker set search_path = pg_catalog, pg_temp'
    ' as $sql$ select pyorch.orchestrate() $sql$';
  execute pg_catalog.format('comment on function public.orchestrate() is %L', v_mark);
  for v_role in
    select case a.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(a.grantee) end
      from pg_catalog.pg_proc p,
           pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
     where p.oid = 'public.orchestrate()'::regprocedure
       and a.grantee <> p.proowner
  loop
    execute pg_catalog.format(
      'revoke all on function public.orchestrate() from %s',
      case v_role when 'public' then 'public' else pg_catalog.quote_ident(v_role) end
    );
  end loop;
  for v_role in
    select r.rolname
      from pyorch.role_map m
      join pg_catalog.pg_roles r on r.rolname = m.role_name
     where m.part in ('operator', 'admin')
  loop
    execute pg_catalog.format('grant execute on function public.orchestrate() to %I', v_role);
  end loop;
  return null;
end;
$$;

comment on function pyorch._make_alias() is
  'Make public.orchestrate(), or say why not.';

revoke all on function pyorch._make_alias() from public;
