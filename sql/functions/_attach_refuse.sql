-- pyorch._attach_refuse(regclass, name)
-- Refuse a relation that cannot be a queue (PY008), a caller who does not own it, and one that we
-- may not read and write or whose rows are hidden from us (PY007), each with what mends it.
create or replace function pyorch._attach_refuse(
  p_relation regclass,
  -- who wants to attach it
  p_caller name
)
  returns void
  language plpgsql
  stable
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_class record;
begin
  select c.relkind, c.relpersistence, c.relowner, c.relnamespace, n.nspname
    into v_class
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where c.oid = p_relation;
  if not found then
    raise exception using
      errcode = 'PY008',
      message = 'there is no such relation',
      hint = 'Name a table: ''schema.table''.';
  end if;
  if v_class.relkind not in ('r', 'p') or v_class.relpersistence = 't'
     or v_class.nspname in ('pyorch', 'pyorch_api', 'pg_catalog', 'information_schema') then
    raise exception using
      errcode = 'PY008',
      message = pg_catalog.format(
        '%s cannot be attached: only a permanent table of your own can', p_relation),
      hint = case when v_class.relkind in ('v', 'm') then 'Attach the table behind the view.'
        else 'Name an ordinary or partitioned table.' end;
  end if;
  if not pg_catalog.pg_has_role(p_caller, v_class.relowner, 'member') then
    raise exception using
      errcode = 'PY007',
      message = pg_catalog.format('only the owner of %s may attach it', p_relation),
      hint = pg_catalog.format('Run it as a member of %s.', v_class.relowner::regrole);
  end if;
  if not pg_catalog.has_schema_privilege(v_class.relnamespace, 'usage') then
    raise exception using
      errcode = 'PY007',
      message = pg_catalog.format('pyorch may not use schema %I', v_class.nspname),
      hint = pg_catalog.format('grant usage on schema %I to %I;', v_class.nspname, current_user);
  end if;
  if not (pg_catalog.has_table_privilege(p_relation, 'select')
          and pg_catalog.has_table_privilege(p_relation, 'update')) then
    raise exception using
      errcode = 'PY007',
      message = pg_catalog.format('pyorch may not read and update %s', p_relation),
      hint = pg_catalog.format('grant select, update on %s to %I;', p_relation, current_user);
  end if;
  if pyorch._rows_hidden(p_relation) then
    raise exception using
      errcode = 'PY007',
      message = pg_catalog.format(
        'row level security of %s would hide rows from pyorch', p_relation),
      hint = pg_catalog.format(
        'create policy pyorch on %s to %I using (true) with check (true);', p_relation, current_user
      );
  end if;
end;
$$;

comment on function pyorch._attach_refuse(regclass, name) is
  'Refuse a relation that cannot be attached (PY008) or may not be (PY007).';

revoke all on function pyorch._attach_refuse(regclass, name) from public;
