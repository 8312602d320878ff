-- pyorch._native_first()
-- Template: where the items of a native queue begin, looked up from the very start when that is
-- due: it takes at most one percent of the time, however many dead rows a held snapshot keeps
-- there.
create or replace function pyorch._native_first()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select $body$
declare
  v_start constant timestamptz := pg_catalog.clock_timestamp();
  v_first bigint;
begin
  if p_mark.full_look_at > v_start and p_mark.full_look_at < v_start + interval '6 minutes' then
    return p_mark;
  end if;
  select pg_catalog.min(f.id)
    into v_first
    from pyorch.lane_{q} l
   cross join lateral (
     select i.id from pyorch.native_{q} i where i.priority = l.priority order by i.id limit 1
   ) f;
  -- what waits comes back to its old place
  v_first := least(v_first, (select pg_catalog.min(w.id) from pyorch.waiting_{q} w));
  p_mark.live := coalesce(v_first, p_end) - 1;
  p_mark.full_look_at := pg_catalog.clock_timestamp()
    + least(100 * (pg_catalog.clock_timestamp() - v_start), interval '5 minutes');
  return p_mark;
end;
$body$
$template$;

comment on function pyorch._native_first() is
  'Template of pyorch._q_first_<queue> of a native queue.';

revoke all on function pyorch._native_first() from public;
