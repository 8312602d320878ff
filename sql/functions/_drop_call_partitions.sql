-- pyorch._drop_call_partitions(interval)
-- Drop the history's partitions that are older than this, and delete what is older in the default
-- one, at most 10,000 rows. Answers how many partitions went. Waits for no lock beyond 100 ms; the
-- next run goes on.
create or replace function pyorch._drop_call_partitions(p_keep interval)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '100ms'
as $$
declare
  v_before constant timestamptz := pyorch._now() - p_keep;
  v_name text;
  v_dropped integer := 0;
begin
  delete from pyorch.call_history_default d
   where d.ctid = any (array(
     select x.ctid from pyorch.call_history_default x where x.decided_at < v_before limit 10000
   ));
  for v_name in
    select c.relname
      from pg_catalog.pg_inherits i
      join pg_catalog.pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'pyorch.call_history'::regclass
       and c.relname ~ '^call_history_\d{8}$'
       -- the whole day lies before
       and (substr(c.relname, 14)::date + 1)::timestamp at time zone 'UTC' <= v_before
     order by c.relname
  loop
    execute pg_catalog.format('drop table pyorch.%I', v_name);
    v_dropped := v_dropped + 1;
  end loop;
  return v_dropped;
exception
  when lock_not_available then
    return 0;
end;
$$;

comment on function pyorch._drop_call_partitions(interval) is
  'Drop partitions of the call history that are older than this; answers how many.';

revoke all on function pyorch._drop_call_partitions(interval) from public;
