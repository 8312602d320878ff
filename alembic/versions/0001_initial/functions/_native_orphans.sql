-- pyorch._native_orphans()
-- Template: of the items of one lane and window of a native queue whose lease ran out, return up
-- to a batch to pending, or to the dead letters when their attempts or lease losses are used up.
create or replace function pyorch._native_orphans()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select $body$
declare
  v_now constant timestamptz := {now};
  v_lost constant jsonb := pg_catalog.jsonb_build_object('at', v_now, 'error', 'lease ran out');
  v_back tid[];
  v_dead tid[];
  v_ids bigint[];
  v_keys text[];
  v_groups text[];
begin
  select pg_catalog.array_agg(o.ctid) filter (where not o.dies),
         pg_catalog.array_agg(o.ctid) filter (where o.dies),
         pg_catalog.min(o.id) filter (where not o.dies),
         pg_catalog.max(o.id)
    into v_back, v_dead, first_unlocked, last
    from (
      select i.ctid,
             i.id,
             i.attempts >= {max_attempts} or i.lease_losses + 1 >= {max_lease_losses} as dies
        from pyorch.native_{q} i
       where i.priority = p_lane
         and i.id between p_first and p_last
         and i.token <> 0
         and i.lease_until <= v_now
       order by i.id
       limit p_batch
         for no key update skip locked
    ) o;
  unlocked := coalesce(pg_catalog.cardinality(v_back), 0);
  dead := coalesce(pg_catalog.cardinality(v_dead), 0);

  update pyorch.native_{q} i
     set token = 0,
         lease_losses = i.lease_losses + 1,
         claimed_at = null,
         lease_until = null,
         worker = null,
         history = {history} || (
           v_lost || pg_catalog.jsonb_build_object('attempt', i.attempts, 'worker', i.worker)
         )
   where i.ctid = any (v_back);
  if dead > 0 then
    with gone as (
      delete from pyorch.native_{q} i
       where i.ctid = any (v_dead)
      returning i.*, {history} || (
        v_lost || pg_catalog.jsonb_build_object('attempt', i.attempts, 'worker', i.worker)
      ) as story
    ),
    buried as (
      insert into pyorch.dead_{q} (
        id, priority, since, died_at, attempts, lease_losses, key, group_name, error, history,
        payload
      )
      select g.id, g.priority, g.since, v_now, g.attempts, g.lease_losses + 1, g.key, g.group_name,
             'lease ran out', g.story, g.payload
        from gone g
    )
    select pg_catalog.array_agg(g.id),
           pg_catalog.array_agg(g.key),
           pg_catalog.array_agg(g.group_name)
      into v_ids, v_keys, v_groups
      from gone g;
    perform pyorch._q_leave_{q}(v_ids, v_keys, v_groups);
  end if;
  return next;
end;
$body$
$template$;

comment on function pyorch._native_orphans() is
  'Template of pyorch._q_orphans_<queue> of a native queue.';

revoke all on function pyorch._native_orphans() from public;
