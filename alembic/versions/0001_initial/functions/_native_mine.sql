-- pyorch._native_mine()
-- Template, part of what takes receipts: the items that these still hold, locked. Always in the
-- same order: a stale receipt locks its item, too, before it is found stale, and two calls that
-- lock the same items in two orders would wait for each other.
-- The receipts are sorted, and each item is then looked up on its own: with the items sorted the
-- planner, to whom we forbid sorting, reads the whole index in its order. For the same reason what
-- joins these items says `= any (array[…])` of the priority: a plain `=` can be merged, and a plan
-- made while the queue is empty then reads the index from its start as well.
create or replace function pyorch._native_mine()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select $body$
    select g.n, g.receipt, i.priority, i.id, i.token
      from (
        select r.n,
               r.receipt,
               v_numbers[4 * r.n - 3] as priority,
               v_numbers[4 * r.n - 2] as id,
               v_numbers[4 * r.n - 1] as token
          from unnest(p_receipts) with ordinality r (receipt, n)
         where v_numbers[4 * r.n - 1] > 0
         order by 3, 4
      ) g
     cross join lateral (
       select j.priority, j.id, j.token
         from pyorch.native_{q} j
        where j.priority = g.priority
          and j.id = g.id
          and j.token = g.token
          for update
     ) i$body$
$template$;

comment on function pyorch._native_mine() is
  'Template: the items that some receipts hold.';

revoke all on function pyorch._native_mine() from public;
