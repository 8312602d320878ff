-- pyorch._attach_path(regclass, text)
-- The search_path under which the table's triggers work: the given one, else that with which the
-- caller's session began, with the table's own schema in front of it where it is not in it. pg_temp
-- last, so that nobody's temporary table stands in for a real one.
create or replace function pyorch._attach_path(
  p_relation regclass,
  -- comma separated; null: as the session began
  p_given text
)
  returns text
  language sql
  stable
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  with part as (
    select case when pg_catalog.btrim(w) in ('"$user"', '$user') then session_user::text
             else pg_catalog.btrim(pg_catalog.btrim(w), '"') end as name,
           n
      from pg_catalog.regexp_split_to_table(
             coalesce(
               p_given,
               (select s.reset_val from pg_catalog.pg_settings s where s.name = 'search_path')
             ),
             ','
           ) with ordinality w (w, n)
  ),
  home as (
    select n.nspname::text as name
      from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.oid = p_relation
  ),
  path as (
    select p.name, min(p.n) as n
      from (
        select p.name, p.n from part p
        union all
        select h.name, 0 from home h where h.name not in (select p.name from part p)
      ) p
      join pg_catalog.pg_namespace s on s.nspname = p.name
     where p.name not in ('pg_temp', 'pyorch')
     group by p.name
  )
  select pg_catalog.string_agg(pg_catalog.quote_ident(p.name), ', ' order by p.n) || ', pg_temp'
    from path p;
$$;

comment on function pyorch._attach_path(regclass, text) is
  'The search_path under which an attached table is written.';

revoke all on function pyorch._attach_path(regclass, text) from public;
