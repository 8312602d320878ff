-- pyorch._native_depth()
-- Template of the depth of a native queue: what was claimed at some time (up to the high mark) and
-- what was not (beyond it), each counted over 20,000 and 10,000 rows at most; over 1,000 and 500
-- of a queue that has far more. Beyond that: what the statistics collector counts as live rows.
create or replace function pyorch._native_depth()
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
  -- what the statistics collector counts, as it happens
  v_rows bigint := pg_catalog.pg_stat_get_live_tuples('pyorch.native_{q}'::regclass);
  -- far beyond what is counted exactly, a glance does
  v_window constant integer := case when v_rows > 50000 then 1000 else 20000 end;
  v_live bigint;
  v_high bigint;
  v_lane integer;
  v_near record;
  v_ahead record;
  v_since timestamptz;
  v_count bigint;
begin
  pending := 0;
  processing := 0;
  estimated := false;
  select m.live into v_live from pyorch.queue_mark m where m.queue_id = {id};
  select h.last_value into v_high from pyorch.q_high_{q} h;
  for v_lane in select l.priority from pyorch.lane_{q} l order by l.priority desc loop
    select pg_catalog.count(*) as seen,
           pg_catalog.count(*) filter (where s.token <> 0) as leased,
           pg_catalog.min(s.since) filter (where s.token = 0) as since
      into v_near
      from (
        select i.token, i.since
          from pyorch.native_{q} i
         where i.priority = v_lane
           and i.id > v_live
           and i.id <= v_high
         order by i.id
         limit v_window
      ) s;
    select pg_catalog.count(*) as seen, pg_catalog.min(s.since) as since
      into v_ahead
      from (
        select i.since
          from pyorch.native_{q} i
         where i.priority = v_lane
           and i.id > greatest(v_high, v_live)
         order by i.id
         limit v_window / 2
      ) s;
    processing := processing + v_near.leased;
    pending := pending + v_near.seen - v_near.leased + v_ahead.seen;
    v_since := least(v_since, v_near.since, v_ahead.since);
    estimated := estimated or v_near.seen = v_window or v_ahead.seen = v_window / 2;
  end loop;
  if estimated then
    v_rows := greatest(pending + processing, v_rows);
    -- what is in work beyond the window is in proportion to it
    if processing >= v_window / 2 then
      processing := greatest(processing, least(v_rows - pending, v_high - v_live));
    end if;
    pending := v_rows - processing;
  end if;
  select pg_catalog.count(*), least(pg_catalog.min(w.run_at), v_since)
    into v_count, v_since
    from (
      select w.run_at
        from pyorch.waiting_{q} w
       where w.run_at <= v_now
       limit 10000
    ) w;
  pending := pending + v_count;
  oldest_pending_seconds := extract(epoch from v_now - v_since);
  select pg_catalog.count(*) into dead from (select 1 from pyorch.dead_{q} d limit 10001) d;
  return next;
end;
$body$
$template$;

comment on function pyorch._native_depth() is
  'Template of pyorch._q_depth_<queue> of a native queue.';

revoke all on function pyorch._native_depth() from public;
