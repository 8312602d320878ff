-- pyorch._settle_busy(timestamptz)
-- Calls that are out: which are no longer busy? Those whose max_busy has passed, and those whose
-- queue came to rest: items were claimed since hand-over and none of them has been in work for 5
-- seconds. Before that: end those that are no longer busy and had to wait for their endpoint.
-- Calls: pyorch._queue_token, pyorch._queue_in_work, pyorch._wake_after, pyorch._end_calls.
-- Writes: pyorch.call.
create or replace function pyorch._settle_busy(p_now timestamptz)
  returns bigint
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_ended bigint[];
begin
  -- those whose end had to wait
  v_ended := array(
    select c.call_id
      from pyorch.live_call c
     where c.outcome is not null
       and c.finished_at is not null
     order by c.call_id
       for update skip locked
  );
  if v_ended <> '{}' then
    perform pyorch._end_calls(v_ended, p_now);
  end if;
  with busy as materialized (
    select c.call_id, c.token, c.sent_at, c.worked, c.idle_since, c.busy_until, e.queue_id
      from pyorch.live_call c
      join pyorch.endpoint e on e.endpoint_id = c.endpoint_id
     where c.sent_at is not null
       and c.finished_at is null
  ), queue as materialized (
    -- many calls of one batch share a queue, its counter and their hand-over: look once. Where
    -- nobody can tell (in_work is null), a call stays as it is, until its max_busy
    select b.queue_id, b.token, b.sent_at,
           pyorch._queue_token(b.queue_id) > b.token as moved,
           pyorch._queue_in_work(b.queue_id, b.token, b.sent_at) as in_work
      from (
        select distinct x.queue_id, x.token, x.sent_at from busy x where x.queue_id is not null
      ) b
  ), seen as materialized (
    select b.call_id, b.busy_until <= p_now as expired, coalesce(q.in_work, false) as in_work,
           coalesce((b.worked or q.moved) and not q.in_work, false) as at_rest
      from busy b
      left join queue q
        on q.queue_id = b.queue_id
       and q.token is not distinct from b.token
       and q.sent_at = b.sent_at
     -- most rows stay as they are: those are neither locked nor written
     where b.busy_until <= p_now
        or coalesce(q.in_work, false) > b.worked
        or coalesce((b.worked or q.moved) and not q.in_work, false) <> (b.idle_since is not null)
        or b.idle_since <= p_now - interval '5 seconds'
  ), locked as materialized (
    select c.call_id
      from pyorch.live_call c
     where c.call_id in (select s.call_id from seen s)
       and c.finished_at is null
     order by c.call_id
       for update skip locked
  ), changed as (
    update pyorch.call c
       set worked = c.worked or s.in_work,
           idle_since = case when s.at_rest then coalesce(c.idle_since, p_now) end,
           finished_at = case
             when s.at_rest and c.idle_since <= p_now - interval '5 seconds' then c.idle_since
             when s.expired then c.busy_until
           end
      from locked l
      join seen s on s.call_id = l.call_id
     where c.call_id = l.call_id
    returning c.call_id, c.finished_at
  )
  select pg_catalog.array_agg(x.call_id)
    into v_ended
    from changed x
   where x.finished_at is not null;

  if v_ended is null then
    return 0;
  end if;
  perform pyorch._wake_after(v_ended);
  perform pyorch._end_calls(v_ended, p_now);
  return pg_catalog.cardinality(v_ended);
end;
$$;

comment on function pyorch._settle_busy(timestamptz) is
  'End the busy time of calls whose queue came to rest or whose max_busy has passed; answers how '
  'many.';

revoke all on function pyorch._settle_busy(timestamptz) from public;
