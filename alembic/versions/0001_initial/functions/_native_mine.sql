-- pyorch._native_mine()
-- Template, part of what takes receipts: the items that these still hold, locked. Always in the
-- same order: a stale receipt locks its item, too, before it is found stale, and two calls that
-- lock the same items in two orders would wait for each other.
create or replace function pyorch._native_mine()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select $body$
    select g.n, p_receipts[g.n] as receipt, i.priority, i.id, i.token
      from (
        select n,
               v_numbers[4 * n - 3] as priority,
               v_numbers[4 * n - 2] as id,
               v_numbers[4 * n - 1] as token
          from pg_catalog.generate_series(1, pg_catalog.cardinality(p_receipts)) n
      ) g
      join pyorch.native_{q} i
        on i.priority = g.priority
       and i.id = g.id
       and i.token = g.token
     where g.token > 0
     order by i.priority, i.id
       for update of i$body$
$template$;

comment on function pyorch._native_mine() is
  'Template: the items that some receipts hold.';

revoke all on function pyorch._native_mine() from public;
