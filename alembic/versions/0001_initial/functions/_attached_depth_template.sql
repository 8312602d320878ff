-- pyorch._attached_depth_template()
-- Body of pyorch._q_depth_<queue> of an attached queue. How deep: counted by index up to a cap,
-- beyond it estimated from statistics. Never waits: while somebody alters the table, and when it is
-- gone, the last known depth.
create or replace function pyorch._attached_depth_template()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = ''
as $$
  select $template$
#variable_conflict use_column
declare
  v_now constant timestamptz := {now};
  v_cap constant integer := 10000;
  v_oldest timestamptz;
begin
  begin
    lock table {rel} in access share mode nowait;
  exception
    when lock_not_available or undefined_table then
      estimated := true;
      select d.pending, d.processing, d.dead, d.oldest_pending_seconds
        into pending, processing, dead, oldest_pending_seconds
        from pyorch.queue_depth d
       where d.queue_id = {q};
      return next;
      return;
  end;

  estimated := pyorch._attached_blind({q});
  if not estimated then
    select pg_catalog.count(*), min(x.created_at)
      into pending, v_oldest
      from (
        select {created_k} as created_at
          from {rel} k
         where k.{status} {eq} {is_pending}{mine_k}
         order by {order}
         limit v_cap + 1
      ) x;
    select pg_catalog.count(*)
      into processing
      from (select 1 from {rel} k where k.{status} {eq} {is_processing}{mine_k} limit v_cap + 1) x;
    select pg_catalog.count(*)
      into dead
      from (select 1 from {rel} k where k.{status} {eq} {is_failed}{mine_k} limit v_cap + 1) x;
    estimated := greatest(pending, processing, dead) > v_cap;
  end if;
  if estimated then
    pending := pyorch._attached_estimate({q}, {is_pending}, pending, v_cap);
    processing := pyorch._attached_estimate({q}, {is_processing}, processing, v_cap);
    dead := pyorch._attached_estimate({q}, {is_failed}, dead, v_cap);
  end if;
  oldest_pending_seconds := greatest(extract(epoch from v_now - v_oldest), 0);
  return next;
end;
$template$;
$$;

comment on function pyorch._attached_depth_template() is
  'Template of pyorch._q_depth_<queue> of attached queues.';

revoke all on function pyorch._attached_depth_template() from public;
