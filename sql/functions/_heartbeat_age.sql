-- pyorch._heartbeat_age(text)
-- How long ago the last tick ended: of one source, or of the schedule (pg_cron, agent). Null:
-- never. For --max-age and --if-stale: runs that somebody started by hand do not count.
-- Reads: pyorch.heartbeat.
create or replace function pyorch._heartbeat_age(p_source text default null)
  returns interval
  language sql
  stable
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  select case when pg_catalog.count(*) > 0
           then greatest(pyorch._now() - pg_catalog.max(h.beat_at), '0')
         end
    from pyorch.heartbeat h
   where h.source = p_source
      or p_source is null and h.source in ('pg_cron', 'agent');
$$;

comment on function pyorch._heartbeat_age(text) is
  'How long ago the last tick of the schedule ended.';

revoke all on function pyorch._heartbeat_age(text) from public;

call pyorch._grant('viewer', 'execute', 'function', 'pyorch._heartbeat_age(text)');
