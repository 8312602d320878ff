-- pyorch._settle_lost(integer, timestamptz)
-- Calls whose answer will not come: their deadline (timeout and grace) has passed, or pg_net forgot
-- them in a crash. Answers how many. What still waits in pg_net's queue is withdrawn there, so that
-- it cannot arrive beside a newer attempt.
-- Calls: pyorch._net_epoch, pyorch._withdraw_from_net, pyorch._settle_push, pyorch._end_calls.
-- Writes: pyorch.call.
create or replace function pyorch._settle_lost(p_batch integer, p_now timestamptz)
  returns bigint
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_epoch constant bigint := case when pyorch._pg_net_here() then pyorch._net_epoch() end;
  v_lost bigint[];
begin
  v_lost := array(
    select c.call_id
      from pyorch.live_call c
     where c.outcome is null
       and c.sent_at is not null
       and (c.deadline <= p_now or c.epoch < v_epoch)
     order by c.call_id
     limit p_batch
       for update skip locked
  );
  if v_lost = '{}' then
    return 0;
  end if;
  perform pyorch._withdraw_from_net(v_lost, v_epoch);
  update pyorch.call c
     set outcome = 'lost',
         settled_at = p_now,
         finished_at = coalesce(c.finished_at, p_now),
         error = coalesce(c.error, case
           when c.epoch < v_epoch then 'pg_net forgot it: the server crashed'
           when c.transport = 'pg_net' then 'pg_net had no answer in time'
           when c.transport = 'agent' then 'the agent reported no answer in time'
           else 'no answer was reported in time'
         end)
   where c.call_id = any (v_lost);
  perform pyorch._settle_push(v_lost, '[]');
  perform pyorch._end_calls(v_lost, p_now);
  return pg_catalog.cardinality(v_lost);
end;
$$;

comment on function pyorch._settle_lost(integer, timestamptz) is
  'End calls whose answer will not come; answers how many.';

revoke all on function pyorch._settle_lost(integer, timestamptz) from public;
