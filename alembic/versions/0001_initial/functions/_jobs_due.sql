-- pyorch._jobs_due(uuid)
-- The jobs that an agent shall run now: none unless it leads and the agent is the scheduler (with
-- `auto`: while no tick of pg_cron is younger than three intervals).
-- Calls: pyorch._setting, pyorch._pg_cron_alive, pyorch._slot_open, pyorch._now.  Reads:
-- pyorch.agent, pyorch.job, pyorch.run_lock.
create or replace function pyorch._jobs_due(p_agent uuid)
  returns text[]
  language sql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  with now as (
    select pyorch._now() as t
  ),
  slot as (
    select j.job,
           j.every,
           j.missed,
           l.until,
           n.t,
           pg_catalog.date_bin(j.every, n.t, 'epoch') as this
      from pyorch.job j
      join pyorch.run_lock l on l.job = j.job
      cross join now n
     where j.enabled
  )
  select coalesce(pg_catalog.array_agg(s.job order by s.every, s.job), '{}')
    from slot s
   where case pyorch._setting('scheduler') #>> '{}'
           when 'agent' then true
           when 'auto' then not pyorch._pg_cron_alive()
           else false
         end
     and exists (select from pyorch.agent a where a.agent_id = p_agent and a.leader)
     and pyorch._run_bar(
           (s.job, null, null, s.until, null, null)::pyorch.run_lock, s.t, null
         ) is null
     and pyorch._slot_open(s.job)
     and (
       s.missed <> 'skip'
       or s.t - s.this < least(s.every / 2, interval '1 minute')
     );
$$;

comment on function pyorch._jobs_due(uuid) is
  'The jobs that this agent shall run now.';

revoke all on function pyorch._jobs_due(uuid) from public;
