-- pyorch._wake(integer)
-- A queue got work: leave a wake mark and notify the agents, at most once for each transaction and
-- queue, and only when its processor is idle and an agent is there. Runs inside other people's
-- transactions: it waits for no lock, and never raises.
-- Reads: pyorch.endpoint, pyorch.endpoint_state, pyorch.call, pyorch.agent.  Writes:
-- pyorch.wake_mark.
create or replace function pyorch._wake(p_queue_id integer)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '1ms'
as $$
declare
  v_done constant text := coalesce(pg_catalog.current_setting('pyorch.waked', true), '');
  v_now timestamptz;
begin
  if pg_catalog.strpos(v_done, ',' || p_queue_id || ',') > 0 then
    return;
  end if;
  v_now := pyorch._now();
  if exists (
       select 1
         from pyorch.endpoint e
         join pyorch.endpoint_state s on s.endpoint_id = e.endpoint_id
        where e.queue_id = p_queue_id
          and e.wake_at_once
          and not e.paused
          -- one that fails is left to its backoff
          and s.breaker = 'closed'
          and coalesce(s.hold_until <= v_now, true)
          and e.max_in_flight > (
            select count(*) from pyorch.live_call c where c.endpoint_id = e.endpoint_id
              and c.finished_at is null
          )
     )
     and pyorch._agent_live() then
    insert into pyorch.wake_mark (queue_id, marked_at) values (p_queue_id, v_now);
    perform pg_catalog.pg_notify('pyorch_wake', '');
  end if;
  -- local to the transaction, and undone by a rollback to a savepoint just as the mark is
  perform pg_catalog.set_config('pyorch.waked', coalesce(nullif(v_done, ''), ',') || p_queue_id
    || ',', true);
exception
  when others then
    -- the schedule is the safety net
    return;
end;
$$;

comment on function pyorch._wake(integer) is
  'Wake the idle processor of a queue, at most once for each transaction; waits for nothing and '
  'never raises.';

revoke all on function pyorch._wake(integer) from public;
