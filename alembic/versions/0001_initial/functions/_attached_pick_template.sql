-- pyorch._attached_pick_template(boolean)
-- Part of the claim template: which rows a batch takes.
create or replace function pyorch._attached_pick_template(
  -- the table has groups: of those whose groups were locked, what may still be claimed
  p_grouped boolean
)
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select case when p_grouped then $template$
        select l.at
          from unnest(v_picked) with ordinality p (at, n),
               lateral (
                 select k.{at} as at
                   from {rel} k
                  where k.{at} {eq} p.at
                    and {ready_k}
                    for no key update of k skip locked
               ) l
         order by p.n
$template$ else $template$
        select k.{at} as at
          from {rel} k
         where {ready_k}{from_k}
         order by {order}
         limit p_batch - coalesce(pg_catalog.cardinality(v_items), 0)
           for no key update of k skip locked
$template$ end;
$$;

comment on function pyorch._attached_pick_template(boolean) is
  'Part of the claim template of attached queues: which rows a batch takes.';

revoke all on function pyorch._attached_pick_template(boolean) from public;
