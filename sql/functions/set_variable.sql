-- pyorch.set_variable(text, text)
-- Set a variable for {{name}} in urls, headers and bodies, of this database alone; null forgets it.
-- Not for secrets: operators read it.
-- Writes: pyorch.variable.
create or replace function pyorch.set_variable(variable text, value text)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  if coalesce(set_variable.variable !~ '^[A-Za-z_][A-Za-z0-9_]{0,62}$', true)
     or set_variable.variable in ('batch_size', 'queue', 'call_id', 'run_id') then
    raise exception using
      errcode = 'PY001',
      message = 'a variable needs a name of 1 to 63 letters, digits and _, other than batch_size, '
                'queue, call_id, run_id',
      hint = 'Choose another name.';
  end if;
  if set_variable.value is null then
    delete from pyorch.variable v where v.variable = set_variable.variable;
    if not found then
      raise exception using
        errcode = 'PY010',
        message = pg_catalog.format('there is no variable "%s"', set_variable.variable),
        hint = 'List them with: pyorch variable list';
    end if;
    return;
  end if;
  insert into pyorch.variable as v (variable, value, changed_at)
  values (set_variable.variable, set_variable.value, pyorch._now())
  on conflict (variable) do update set value = excluded.value, changed_at = excluded.changed_at;
end;
$$;

comment on function pyorch.set_variable(text, text) is
  'Set a variable of this database for {{name}} in urls, headers, bodies; null forgets it. Raises '
  'PY001, PY010.';

revoke all on function pyorch.set_variable(text, text) from public;
call pyorch._grant('admin', 'execute', 'function', 'pyorch.set_variable(text, text)');
