-- pyorch._end_calls(bigint[], timestamptz)
-- For those of the given calls that are settled and no longer busy: judge the endpoint, plan
-- retries, wake a processor that has more to do, and move them to the history. The one place where
-- a call ends. Those of an endpoint whose state somebody else keeps locked wait, settled as they
-- are, for pyorch._settle_busy.
-- Calls: pyorch._lock_states, pyorch._verdicts, pyorch._judge, pyorch._plan_retries,
-- pyorch._wake_after, pyorch._archive_calls.
create or replace function pyorch._end_calls(p_call_ids bigint[], p_now timestamptz)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_locked constant integer[] := pyorch._lock_states(array(
    select distinct c.endpoint_id from pyorch.call c where c.call_id = any (p_call_ids)
  ));
  v_all bigint[];
begin
  select pg_catalog.array_agg(v.call_id)
    into v_all
    from pyorch._verdicts(p_call_ids) v
   where v.endpoint_id = any (v_locked);
  if v_all is null then
    return;
  end if;
  perform pyorch._judge(v_all, p_now);
  if exists (
    select 1 from pyorch.call c where c.call_id = any (v_all) and c.outcome not in ('ok', 'refused')
  ) then
    perform pyorch._plan_retries(v_all, p_now);
  end if;
  perform pyorch._wake_after(v_all);
  perform pyorch._archive_calls(v_all);
end;
$$;

comment on function pyorch._end_calls(bigint[], timestamptz) is
  'Judge, retry, wake and archive calls that have ended.';

revoke all on function pyorch._end_calls(bigint[], timestamptz) from public;
