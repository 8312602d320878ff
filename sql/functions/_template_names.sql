-- pyorch._template_names(text)
-- The distinct {{names}} in a template, sorted.
create or replace function pyorch._template_names(p_template text)
  returns text[]
  language sql
  immutable
  parallel safe
  strict
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select coalesce(pg_catalog.array_agg(distinct m[1]), '{}')
    from pg_catalog.regexp_matches(p_template, '\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}', 'g') m;
$$;

comment on function pyorch._template_names(text) is
  'The distinct {{names}} in a template.';

revoke all on function pyorch._template_names(text) from public;
