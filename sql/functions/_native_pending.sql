-- pyorch._native_pending()
-- Template: how many items of a native queue a claim would get now, counted no further than a cap.
create or replace function pyorch._native_pending()
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
  v_low bigint;
  v_lane integer;
  v_count bigint;
  v_pending bigint := 0;
begin
  select l.last_value into v_low from pyorch.q_low_{q} l;
  for v_lane in select l.priority from pyorch.lane_{q} l loop
    select pg_catalog.count(*)
      into v_count
      from (
        select 1
          from pyorch.native_{q} i
         where i.priority = v_lane
           and i.id > v_low
           and i.token = 0
         order by i.id
         limit p_cap - v_pending
      ) c;
    v_pending := v_pending + v_count;
    exit when v_pending >= p_cap;
  end loop;
  select pg_catalog.count(*)
    into v_count
    from (
      select 1
        from pyorch.waiting_{q} w
       where w.run_at <= v_now
         and not w.blocked
       order by w.run_at
       limit p_cap - v_pending
    ) c;
  return v_pending + v_count;
end;
$body$
$template$;

comment on function pyorch._native_pending() is
  'Template of pyorch._q_pending_<queue> of a native queue.';

revoke all on function pyorch._native_pending() from public;
