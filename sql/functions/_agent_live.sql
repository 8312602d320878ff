-- pyorch._agent_live()
-- Whether an agent gave a sign of life within the last 10 seconds.
-- Calls: pyorch._now.  Reads: pyorch.agent.
create or replace function pyorch._agent_live()
  returns boolean
  language sql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select 1 from pyorch.agent a, (select pyorch._now() as t) n
     where a.seen_at > n.t - interval '10 seconds'
       -- a clock that was set back leaves beats in the future
       and a.seen_at < n.t + interval '10 seconds'
  );
$$;

comment on function pyorch._agent_live() is
  'Whether an agent is live.';

revoke all on function pyorch._agent_live() from public;
