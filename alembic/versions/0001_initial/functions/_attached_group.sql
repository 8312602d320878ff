-- pyorch._attached_group(jsonb, text)
-- The condition that keeps the order of each group: an item may be claimed only while no item of
-- its group is in work and no earlier one waits. What is not committed yet,
-- pyorch._attached_groups_template sees to. Empty when the queue has no group column.
create or replace function pyorch._attached_group(p_attached jsonb, p_alias text)
  returns text
  language plpgsql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_columns constant jsonb := p_attached -> 'columns';
  v_earlier text := 'false';
  v record;
begin
  if not v_columns ? 'group' then
    return '';
  end if;
  -- lexicographic: the last key first
  for v in
    select c.word,
           pg_catalog.quote_ident(v_columns #>> array[c.word, 'name']) as name,
           case c.word when 'priority' then '>' else '<' end as before
      from (values (1, 'id'), (2, 'created_at'), (3, 'priority')) c (n, word)
     where v_columns ? c.word
     order by c.n
  loop
    v_earlier := pg_catalog.format(
      '(g.%1$s %2$s %3$s.%1$s or (g.%1$s is not distinct from %3$s.%1$s and %4$s))',
      v.name, v.before, p_alias, v_earlier
    );
  end loop;
  return pg_catalog.format(
    E'\n         and (%1$s.%2$I is null or not exists (\n           select 1 from %3$s g\n'
      '            where g.%2$I operator(pg_catalog.=) %1$s.%2$I\n'
      '              and (g.%4$I operator(pg_catalog.=) %5$L'
      '                   or (g.%4$I operator(pg_catalog.=) %6$L and %7$s))\n         ))',
    p_alias,
    v_columns #>> '{group,name}',
    p_attached ->> 'relation',
    v_columns #>> '{status,name}',
    p_attached #>> '{statuses,processing}',
    p_attached #>> '{statuses,pending}',
    v_earlier
  );
end;
$$;

comment on function pyorch._attached_group(jsonb, text) is
  'The condition that keeps the order of each group of an attached table.';

revoke all on function pyorch._attached_group(jsonb, text) from public;
