-- pyorch._dispatch_wakes()
-- Take the wake marks and decide calls for the processors that they wake, within the same policy as
-- a run. Answers how many calls were decided.
-- Calls: pyorch._dispatch_allowed, pyorch._transport, pyorch._decide.  Writes: pyorch.wake_mark,
-- pyorch.call.
create or replace function pyorch._dispatch_wakes()
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = ''
as $$
declare
  v_now constant timestamptz := pyorch._now();
  v_queue_ids integer[];
  v_endpoint_id integer;
  v_count integer := 0;
begin
  with taken as (
    delete from pyorch.wake_mark m
     where m.ctid = any (array(select w.ctid from pyorch.wake_mark w for update skip locked))
    returning m.queue_id
  )
  select pg_catalog.array_agg(distinct t.queue_id) into v_queue_ids from taken t;
  -- with pg_net, or without any transport, the next tick decides
  if v_queue_ids is null or pyorch._dispatch_allowed() is not null
     or pyorch._transport() is distinct from 'agent' then
    return 0;
  end if;
  for v_endpoint_id in
    select e.endpoint_id
      from pyorch.endpoint e
     where e.queue_id = any (v_queue_ids)
       and e.wake_at_once
     order by e.endpoint_id
  loop
    v_count := v_count + coalesce(pg_catalog.cardinality(
      (select d.call_ids from pyorch._decide(v_endpoint_id, null, 'wake', 'agent', v_now) d)
    ), 0);
  end loop;
  return v_count;
end;
$$;

comment on function pyorch._dispatch_wakes() is
  'Decide calls for the queues that left a wake mark; answers how many.';

revoke all on function pyorch._dispatch_wakes() from public;
call pyorch._grant('admin', 'execute', 'function', 'pyorch._dispatch_wakes()');
