-- pyorch._ping(jsonb)
-- After a good tick: call the endpoint that configure {"ping": …} names, at most once in
-- `ping_every`. Whoever listens there (healthchecks.io and the like) gives the alarm when it stays
-- silent.
-- Calls: pyorch.trigger, pyorch._setting, pyorch._now.  Writes: pyorch.heartbeat.
create or replace function pyorch._ping(
  -- the answer of the tick
  p_answer jsonb
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '100ms'
as $$
declare
  v_endpoint constant text := pyorch._setting('ping') #>> '{}';
  v_now constant timestamptz := pyorch._now();
begin
  if v_endpoint is null or not (p_answer ->> 'success')::boolean then
    return;
  end if;
  update pyorch.heartbeat h
     set ping_at = v_now
   where h.run_id = (p_answer ->> 'run_id')::bigint
     and not exists (
       select
         from pyorch.heartbeat o
        where o.ping_at > v_now - (pyorch._setting('ping_every') #>> '{}')::interval
          and o.ping_at <= v_now
     );
  if found then
    perform pyorch.trigger(v_endpoint);
  end if;
exception
  -- a ping that cannot go out is missed where it is awaited; the tick has done its work
  when others then
    null;
end;
$$;

comment on function pyorch._ping(jsonb) is
  'After a good tick: call the endpoint of the dead-man''s switch.';

revoke all on function pyorch._ping(jsonb) from public;
