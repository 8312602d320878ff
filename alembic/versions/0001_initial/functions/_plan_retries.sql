-- pyorch._plan_retries(bigint[], timestamptz)
-- Write the retries of calls that ended badly or were lost: a new row each, the same idempotency
-- key, attempt + 1, due when the backoff, Retry-After and the breaker allow. Not retried: what the
-- same request cannot mend (4xx other than 408, 425, 429), push (its items went back to the queue),
-- direct calls, endpoints that are paused.
-- Calls: pyorch._verdicts, pyorch._backoff.  Writes: pyorch.call.
create or replace function pyorch._plan_retries(p_call_ids bigint[], p_now timestamptz)
  returns void
  language sql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  with candidate as (
    select c.*, e.max_in_flight,
           greatest(
             case when c.outcome = 'lost' then p_now + pyorch._backoff(e.backoff, c.attempt) end,
             s.hold_until,
             s.breaker_until
           ) as due_at,
           pg_catalog.row_number() over (partition by c.endpoint_id order by c.call_id) as place
      from pyorch._verdicts(p_call_ids) v
      join pyorch.call c on c.call_id = v.call_id
      join pyorch.endpoint e on e.endpoint_id = c.endpoint_id
      join pyorch.endpoint_state s on s.endpoint_id = c.endpoint_id
     where (v.verdict = 'bad' or c.outcome = 'lost')
       and c.attempt < e.max_attempts
       and (c.status_code is null or c.status_code >= 500 or c.status_code in (408, 425, 429)
            or c.status_code < 400)
       and c.receipts is null
       and c.source <> 'direct'
       and not e.paused
       -- a newer attempt is under way already (retry_call)
       and not exists (
         select 1
           from pyorch.live_call n
          where n.idempotency_key = c.idempotency_key and n.attempt > c.attempt
       )
  ), room as (
    -- one that was finished before its answer came may have left its place to another call by now
    select d.endpoint_id,
           d.max_in_flight - (
             select count(*)
               from pyorch.live_call o
              where o.endpoint_id = d.endpoint_id and o.finished_at is null
           ) as calls
      from (select distinct x.endpoint_id, x.max_in_flight from candidate x) d
  )
  insert into pyorch.call (
    endpoint_id, run_id, source, attempt, idempotency_key, body, decided_at, not_before, pending
  )
  select k.endpoint_id, k.run_id, 'retry', k.attempt + 1, k.idempotency_key, k.body, p_now,
         k.due_at, k.pending
    from candidate k
    join room r on r.endpoint_id = k.endpoint_id and k.place <= r.calls
   order by k.call_id;
$$;

comment on function pyorch._plan_retries(bigint[], timestamptz) is
  'Write the retries of calls that failed or were lost.';

revoke all on function pyorch._plan_retries(bigint[], timestamptz) from public;
