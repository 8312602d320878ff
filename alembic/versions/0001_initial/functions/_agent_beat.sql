-- pyorch._agent_beat(uuid, jsonb)
-- An agent registers and gives a sign of life; it is live for 10 seconds. The one that started
-- first of the live ones leads: it runs the schedule, and brings busy calls up to date between
-- ticks.
-- Calls: pyorch._look_at_calls, pyorch._settle_busy, pyorch._jobs_due.  Reads: pyorch.job.
-- Writes: pyorch.agent.
create or replace function pyorch._agent_beat(
  p_agent uuid,
  -- {host, pid, …}: for people; stopping: it starts nothing any more
  p_info jsonb
)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := pyorch._now();
  v_leader boolean;
begin
  insert into pyorch.agent as a (agent_id, started_at, seen_at, host, pid, info)
  values (p_agent, v_now, v_now, p_info ->> 'host', (p_info ->> 'pid')::integer,
    coalesce(p_info, '{}'))
  on conflict (agent_id) do update
     set seen_at = excluded.seen_at, info = excluded.info, host = excluded.host, pid = excluded.pid;
  v_leader := p_agent is not distinct from (
    select a.agent_id
      from pyorch.agent a
     where a.seen_at between v_now - interval '10 seconds' and v_now + interval '10 seconds'
       -- one that only waits for its last calls starts no job any more
       and not coalesce((a.info ->> 'stopping')::boolean, false)
     order by a.started_at, a.agent_id
     limit 1
  );
  update pyorch.agent a set leader = v_leader where a.agent_id = p_agent and a.leader <> v_leader;
  if v_leader then
    -- those that went without a word
    delete from pyorch.agent a
     where a.ctid = any (array(
       select x.ctid from pyorch.agent x
         where x.seen_at < v_now - interval '1 day' for update skip locked
     ));
    perform pyorch._look_at_calls();
    perform pyorch._settle_busy(v_now);
  end if;
  return pg_catalog.jsonb_build_object(
    'leader', v_leader,
    'jobs_due', pg_catalog.to_jsonb(pyorch._jobs_due(p_agent)),
    'poll_ms', 1000,
    -- the leader must look more than once in each half of the shortest interval: a skipped slot is
    -- only due in its first half
    'beat_ms', case when v_leader then (
      select pg_catalog.round(
               least(2000, greatest(300, extract(epoch from min(j.every)) * 1000 / 3))
             )
        from pyorch.job j
       where j.enabled
    ) end
  );
end;
$$;

comment on function pyorch._agent_beat(uuid, jsonb) is
  'Sign of life of an agent; answers {leader, jobs_due, poll_ms, beat_ms}.';

revoke all on function pyorch._agent_beat(uuid, jsonb) from public;
call pyorch._grant('admin', 'execute', 'function', 'pyorch._agent_beat(uuid, jsonb)');
