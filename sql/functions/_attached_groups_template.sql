-- pyorch._attached_groups_template()
-- Part of the claim template, where the table has groups. What another session has claimed and not
-- committed cannot be seen: an item that sorts earlier and commits meanwhile would be claimed
-- beside it. So a claim locks the group of each item that it picks, until it ends, and passes over
-- an item whose group somebody else has; then it looks again, for that one may just have committed.
create or replace function pyorch._attached_groups_template()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select $template$
  loop
    select pg_catalog.array_agg(p.at) filter (where p.is_ours) as picked,
           pg_catalog.array_agg(p.at) filter (where not p.is_ours) as refused
      into v_got
      from (
        select c.at,
               c.group_key is null or pg_catalog.pg_try_advisory_xact_lock(
                 'pyorch.attached'::regclass::oid::integer,
                 pg_catalog.hashtext('{q}-' || c.group_key)
               ) as is_ours
          from (
            select k.{at} as at, {group_k} as group_key
              from {rel} k
             where {ready_k}
               and k.{at} operator(pg_catalog.<>) all (coalesce(v_picked || v_refused, '{}'))
             order by {order}
             limit p_batch - coalesce(pg_catalog.cardinality(v_picked), 0)
               for no key update of k skip locked
          ) c
      ) p;
    v_picked := v_picked || v_got.picked;
    v_refused := v_refused || v_got.refused;
    exit when v_got.refused is null;
  end loop;
$template$;
$$;

comment on function pyorch._attached_groups_template() is
  'Part of the claim template of attached queues: one claim at a time for each group.';

revoke all on function pyorch._attached_groups_template() from public;
