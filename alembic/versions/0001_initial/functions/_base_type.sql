-- pyorch._base_type(oid)
-- The type behind a domain (behind a domain …); any other type is its own.
create or replace function pyorch._base_type(p_type oid)
  returns oid
  language sql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  with recursive chain as (
    select t.oid, t.typtype, t.typbasetype
      from pg_catalog.pg_type t
     where t.oid = p_type
    union all
    select t.oid, t.typtype, t.typbasetype
      from chain c
      join pg_catalog.pg_type t on t.oid = c.typbasetype
     where c.typtype = 'd'
  )
  select c.oid from chain c where c.typtype <> 'd';
$$;

comment on function pyorch._base_type(oid) is
  'The type behind a domain.';

revoke all on function pyorch._base_type(oid) from public;
