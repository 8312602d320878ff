-- pyorch._rows_hidden(regclass)
-- Whether row level security may hide rows of a table from the role that runs this: it is in force
-- for it, and no policy lets it see and write all of them, or a restrictive one takes some away
-- again.
create or replace function pyorch._rows_hidden(p_relation regclass)
  returns boolean
  language sql
  stable
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  with policy as (
    select p.polpermissive,
           p.polcmd,
           coalesce(pg_catalog.pg_get_expr(p.polqual, p.polrelid), 'true') as sees,
           coalesce(
             pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid),
             pg_catalog.pg_get_expr(p.polqual, p.polrelid),
             'true'
           ) as writes
      from pg_catalog.pg_policy p
     where p.polrelid = p_relation
       and exists (
         select 1
           from pg_catalog.unnest(p.polroles) r
          where r = 0 or pg_catalog.pg_has_role(current_user, r, 'usage')
       )
  )
  select pg_catalog.row_security_active(p_relation)
     and not (
       exists (
         select 1 from policy p
          where p.polpermissive and p.polcmd in ('*', 'r') and p.sees = 'true'
       )
       and exists (
         select 1 from policy p
          where p.polpermissive and p.polcmd in ('*', 'w') and p.sees = 'true' and p.writes = 'true'
       )
       and not exists (
         select 1 from policy p
          where not p.polpermissive
            and p.polcmd in ('*', 'r', 'w')
            and not (p.sees = 'true' and p.writes = 'true')
       )
     );
$$;

comment on function pyorch._rows_hidden(regclass) is
  'Whether row level security may hide rows of a table from the current role.';

revoke all on function pyorch._rows_hidden(regclass) from public;
