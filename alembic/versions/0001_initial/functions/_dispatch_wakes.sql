-- pyorch._dispatch_wakes()
-- Take the wake marks and decide calls for the processors that they wake, within the same policy as
-- a run. Answers how many calls were decided; null when marks have to wait, because another session
-- decides about their endpoint or settles its calls at this moment: that one may not have seen the
-- work, so look again soon.
-- Calls: pyorch._dispatch_allowed, pyorch._transport, pyorch._decide.  Reads: pyorch.endpoint.
-- Writes: pyorch.wake_mark, pyorch.endpoint_state (row locks), pyorch.call.
create or replace function pyorch._dispatch_wakes()
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := pyorch._now();
  v_marks tid[];
  v_woken integer[];
  v_free integer[];
  -- queues
  v_waiting integer[];
  v_endpoint_id integer;
  v_count integer := 0;
begin
  select pg_catalog.array_agg(m.ctid), pg_catalog.array_agg(m.queue_id)
    into v_marks, v_woken
    from (select w.ctid, w.queue_id from pyorch.wake_mark w for update skip locked) m;
  if v_marks is null then
    return 0;
  end if;
  -- with pg_net, or without any transport, the next tick decides
  if pyorch._dispatch_allowed() is not null or pyorch._transport() is distinct from 'agent' then
    delete from pyorch.wake_mark m where m.ctid = any (v_marks);
    return 0;
  end if;
  v_woken := array(
    select e.endpoint_id from pyorch.endpoint e where e.queue_id = any (v_woken) and e.wake_at_once
  );
  v_free := array(
    select s.endpoint_id
      from pyorch.endpoint_state s
     where s.endpoint_id = any (v_woken)
     order by s.endpoint_id
       for update skip locked
  );
  v_waiting := array(
    select e.queue_id
      from pyorch.endpoint e
     where e.endpoint_id = any (v_woken)
       and e.endpoint_id <> all (v_free)
  );
  delete from pyorch.wake_mark m where m.ctid = any (v_marks) and m.queue_id <> all (v_waiting);
  for v_endpoint_id in
    select e.endpoint_id
      from pyorch.endpoint e
     where e.endpoint_id = any (v_free)
       and e.queue_id <> all (v_waiting)
     order by e.endpoint_id
  loop
    v_count := v_count + coalesce(pg_catalog.cardinality(
      (select d.call_ids from pyorch._decide(v_endpoint_id, null, 'wake', 'agent', v_now) d)
    ), 0);
  end loop;
  return case when v_waiting = '{}' then v_count end;
end;
$$;

comment on function pyorch._dispatch_wakes() is
  'Decide calls for the queues that left a wake mark; answers how many, null: look again soon.';

revoke all on function pyorch._dispatch_wakes() from public;
call pyorch._grant('admin', 'execute', 'function', 'pyorch._dispatch_wakes()');
