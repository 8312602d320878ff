-- pyorch._judge(bigint[], timestamptz)
-- Bring the state of endpoints up to date with calls that ended: failures in a row, backoff,
-- breaker, silent stall. Rows are locked in the order of their ids, so that two reports cannot wait
-- for each other.
-- Calls: pyorch._verdicts, pyorch._backoff.  Writes: pyorch.endpoint_state.
create or replace function pyorch._judge(p_call_ids bigint[], p_now timestamptz)
  returns void
  language sql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  with call as materialized (
    select v.*, c.outcome, c.error, c.status_code, c.settled_at, c.retry_in, c.probe, c.pending
      from pyorch._verdicts(p_call_ids) v
      join pyorch.call c on c.call_id = v.call_id
  ), locked as materialized (
    select s.*
      from pyorch.endpoint_state s
     where s.endpoint_id in (select c.endpoint_id from call c)
     order by s.endpoint_id
       for no key update
  ), summary as (
    select l.*, e.breaker_failures, e.breaker_cool_off, e.backoff,
           x.outcome, x.error, x.status_code, x.good, x.retry_in, x.lost_probe,
             x.bad > 0 as any_bad,
           case when x.good then x.bad else l.failures_in_row + x.bad end as failures,
           case when x.moved then 0 else l.idle_calls + x.idle end as idle
      from locked l
      join pyorch.endpoint e on e.endpoint_id = l.endpoint_id
      join (
        select c.endpoint_id,
               (pg_catalog.array_agg(c.outcome order by c.settled_at desc,
                 c.call_id desc))[1] as outcome,
               (pg_catalog.array_agg(c.error order by c.call_id desc)
                 filter (where c.verdict = 'bad'))[1] as error,
               (pg_catalog.array_agg(c.status_code order by c.call_id desc)
                 filter (where c.verdict = 'bad'))[1]
                 as status_code,
               coalesce(pg_catalog.bool_or(c.verdict = 'good'), false) as good,
               -- those after the last good one
               count(*) filter (where c.verdict = 'bad' and c.call_id > coalesce(g.last, 0)) as bad,
               max(c.retry_in) as retry_in,
               coalesce(pg_catalog.bool_or(c.probe and c.verdict is null), false) as lost_probe,
               coalesce(pg_catalog.bool_or(c.moved), false) as moved,
               count(*) filter (where c.verdict = 'good' and not c.moved and c.pending > 0) as idle
          from call c
          left join (
            select y.endpoint_id, max(y.call_id) as last from call y where y.verdict = 'good'
              group by y.endpoint_id
          ) g on g.endpoint_id = c.endpoint_id
         group by c.endpoint_id
      ) x on x.endpoint_id = l.endpoint_id
  )
  update pyorch.endpoint_state s
     set last_outcome = y.outcome,
         last_call_at = p_now,
         last_error = case when y.any_bad then coalesce(y.error, y.outcome) else s.last_error end,
         last_status = case when y.any_bad then y.status_code else s.last_status end,
         failures_in_row = y.failures,
         failing_since = case when y.failures > 0 then coalesce(s.failing_since, p_now) end,
         hold_until = case
           when y.any_bad then p_now + greatest(
             pyorch._backoff(y.backoff, y.failures::integer), coalesce(y.retry_in, '0')
           )
           when y.good then null
           else s.hold_until
         end,
         breaker = case
           when y.any_bad and (s.breaker <> 'closed' or y.failures >= y.breaker_failures)
             then 'open'
           when y.good and not y.any_bad then 'closed'
           when y.lost_probe then 'open'
           else s.breaker
         end,
         breaker_until = case
           when y.any_bad and (s.breaker <> 'closed' or y.failures >= y.breaker_failures)
             or y.lost_probe
             then p_now + y.breaker_cool_off
           when y.good and not y.any_bad then null
           else s.breaker_until
         end,
         -- what a hand-over found, no answer ends
         refused_why = case when s.refused_late or y.outcome = 'refused' then s.refused_why end,
         refused_since = case when s.refused_late or y.outcome = 'refused' then s.refused_since end,
         idle_calls = y.idle,
         stalled_since = case when y.idle > 0 then coalesce(s.stalled_since, p_now) end
    from summary y
   where s.endpoint_id = y.endpoint_id;
$$;

comment on function pyorch._judge(bigint[], timestamptz) is
  'Update failures, backoff, breaker and stall of endpoints after calls that ended.';

revoke all on function pyorch._judge(bigint[], timestamptz) from public;
