-- pyorch._settle_busy(timestamptz)
-- Calls that are out: which are no longer busy? Those whose max_busy has passed, and those whose
-- queue came to rest: items were claimed since hand-over and none of them has been in work for 5
-- seconds.
-- Calls: pyorch._queue_token, pyorch._queue_in_work, pyorch._wake_after, pyorch._end_calls.
-- Writes: pyorch.call.
create or replace function pyorch._settle_busy(p_now timestamptz)
  returns bigint
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = ''
as $$
declare
  v_ended bigint[];
begin
  with busy as materialized (
    select c.call_id, c.token, c.sent_at, c.worked, e.queue_id
      from pyorch.call c
      join pyorch.endpoint e on e.endpoint_id = c.endpoint_id
     where c.sent_at is not null
       and c.finished_at is null
     order by c.call_id
       for update of c skip locked
  ), seen as materialized (
    select b.call_id,
           b.worked or pyorch._queue_token(b.queue_id) > b.token as moved,
           pyorch._queue_in_work(b.queue_id, b.token, b.sent_at) as in_work
      from busy b
     where b.queue_id is not null
  ), changed as (
    update pyorch.call c
       set worked = c.worked or coalesce(s.in_work, false),
           idle_since = case when s.moved and not s.in_work then coalesce(c.idle_since, p_now) end,
           finished_at = case
             when s.moved and not s.in_work and c.idle_since <= p_now - interval '5 seconds'
               then c.idle_since
             when c.busy_until <= p_now then c.busy_until
           end
      from busy b
      left join seen s on s.call_id = b.call_id
     where c.call_id = b.call_id
       and (
         c.busy_until <= p_now
         or coalesce(s.in_work, false) > c.worked
         or coalesce(s.moved and not s.in_work, false) <> (c.idle_since is not null)
         or (s.moved and not s.in_work and c.idle_since <= p_now - interval '5 seconds')
       )
    returning c.call_id, c.finished_at
  )
  select pg_catalog.array_agg(x.call_id) into v_ended from changed x
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
