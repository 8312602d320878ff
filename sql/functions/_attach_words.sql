-- pyorch._attach_words(regclass, text)
-- The status words that a table may or does hold: enum labels or those of a check constraint
-- (`closed`: no other is possible), else what its default, its statistics and its first 10,000 rows
-- show.
create or replace function pyorch._attach_words(
  p_relation regclass,
  -- its status column
  p_column text
)
  returns table (word text, closed boolean)
  language plpgsql
  stable
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_attribute record;
begin
  select a.attnum, a.atttypid, pyorch._base_type(a.atttypid) as base
    into v_attribute
    from pg_catalog.pg_attribute a
   where a.attrelid = p_relation
     and a.attname = p_column;

  return query
    select e.enumlabel::text, true
      from pg_catalog.pg_enum e
     where e.enumtypid = v_attribute.base
     order by e.enumsortorder;
  if found then
    return;
  end if;

  return query
    select distinct pg_catalog.replace(m[1], '''''', ''''), true
      from pg_catalog.pg_constraint c,
           pg_catalog.regexp_matches(
             pg_catalog.pg_get_constraintdef(c.oid), '''((?:[^'']|'''')*)''', 'g') m
     where c.contype = 'c'
       and ((c.conrelid = p_relation and c.conkey = array[v_attribute.attnum])
            or (c.contypid = v_attribute.atttypid and c.contypid <> v_attribute.base))
       -- a list of words; what forbids some words says nothing about the others
       and pg_catalog.pg_get_constraintdef(c.oid) ~ '= ANY|= ''|=\s*\(?''|\)::text = '
       and pg_catalog.pg_get_constraintdef(c.oid) !~ '<>|~|LIKE';
  if found then
    return;
  end if;

  return query execute pg_catalog.format(
    'select distinct s.w, false'
    '  from (select x.w from (select %1$I::text as w from %2$s limit 10000) x'
    '        union all'
    '        select pg_catalog.unnest(most_common_vals::text::text[]) from pg_catalog.pg_stats'
    '         where schemaname = %3$L and tablename = %4$L and attname = %5$L'
    '        union all'
    '        select (pg_catalog.regexp_match(pg_catalog.pg_get_expr(d.adbin, d.adrelid), %6$L))[1]'
    '          from pg_catalog.pg_attrdef d where d.adrelid = %7$s and d.adnum = %8$s) s'
    ' where s.w is not null',
    p_column, p_relation,
    (select n.nspname from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.oid = p_relation),
    (select c.relname from pg_catalog.pg_class c where c.oid = p_relation),
    p_column, '^''([^'']*)''', p_relation::oid, v_attribute.attnum
  );
end;
$$;

comment on function pyorch._attach_words(regclass, text) is
  'The status words that a table may hold.';

revoke all on function pyorch._attach_words(regclass, text) from public;
