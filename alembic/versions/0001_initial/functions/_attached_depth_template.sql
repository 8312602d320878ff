-- pyorch._attached_depth_template()
-- Body of pyorch._q_depth_<queue> of an attached queue. How deep: counted by index up to 10,000,
-- beyond it estimated from statistics. Where those say that there are far more, and too little has
-- changed since for that to be wrong, 1,000 are counted: the cost is the same at any size. Never
-- waits: while somebody alters the table, and when it is gone, the last known depth.
create or replace function pyorch._attached_depth_template()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select $template$
#variable_conflict use_column
declare
  v_now constant timestamptz := {now};
  v_rows jsonb;
  v_facts jsonb;
  v_caps integer[];
  v_oldest timestamptz;
begin
  begin
    lock table {rel} in access share mode nowait;
  exception
    when lock_not_available or undefined_table then
      -- see pyorch._look_at_queue
      perform pg_catalog.set_config('pyorch.blind', '{queue}', true);
      estimated := true;
      select d.pending, d.processing, d.dead, d.oldest_pending_seconds
        into pending, processing, dead, oldest_pending_seconds
        from pyorch.queue_depth d
       where d.queue_id = {q};
      return next;
      return;
  end;

  v_facts := pyorch._attached_facts({q});
  estimated := not (v_facts -> 'indexed')::boolean and pyorch._attached_blind({q});
  v_rows := v_facts -> 'rows';
  v_caps := array(
    select case
             when (v_rows ->> s.word)::bigint > 20000 + (v_facts ->> 'changed')::bigint then 1000
             else 10000
           end
      from unnest(array[{is_pending}, {is_processing}, {is_failed}]) with ordinality s (word, n)
     order by s.n
  );
  if not estimated then
    select pg_catalog.count(*), min(x.created_at)
      into pending, v_oldest
      from (
        select {created_k} as created_at
          from {rel} k
         where k.{status} {eq} {is_pending}{mine_k}
         order by {order}
         limit v_caps[1] + 1
      ) x;
    select pg_catalog.count(*)
      into processing
      from (
        select 1 from {rel} k where k.{status} {eq} {is_processing}{mine_k} limit v_caps[2] + 1
      ) x;
    select pg_catalog.count(*)
      into dead
      from (
        select 1 from {rel} k where k.{status} {eq} {is_failed}{mine_k} limit v_caps[3] + 1
      ) x;
    estimated := pending > v_caps[1] or processing > v_caps[2] or dead > v_caps[3];
  end if;
  if pending > v_caps[1] or pending is null then
    pending := greatest(coalesce(pending, 0), (v_rows ->> {is_pending})::bigint);
  end if;
  if processing > v_caps[2] or processing is null then
    processing := greatest(coalesce(processing, 0), (v_rows ->> {is_processing})::bigint);
  end if;
  if dead > v_caps[3] or dead is null then
    dead := greatest(coalesce(dead, 0), (v_rows ->> {is_failed})::bigint);
  end if;
  -- null, not 0, when nothing waits
  if v_oldest is not null then
    oldest_pending_seconds := greatest(extract(epoch from v_now - v_oldest), 0);
  end if;
  return next;
end;
$template$;
$$;

comment on function pyorch._attached_depth_template() is
  'Template of pyorch._q_depth_<queue> of attached queues.';

revoke all on function pyorch._attached_depth_template() from public;
