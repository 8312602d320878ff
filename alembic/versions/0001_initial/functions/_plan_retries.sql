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
  set search_path = ''
as $$
  insert into pyorch.call (
    endpoint_id, run_id, source, attempt, idempotency_key, body, decided_at, not_before, pending
  )
  select c.endpoint_id, c.run_id, 'retry', c.attempt + 1, c.idempotency_key, c.body, p_now,
         greatest(
           case when c.outcome = 'lost' then p_now + pyorch._backoff(e.backoff, c.attempt) end,
           s.hold_until,
           s.breaker_until
         ),
         c.pending
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
       select 1 from pyorch.call n
        where n.idempotency_key = c.idempotency_key and n.attempt > c.attempt
     )
   order by c.call_id;
$$;

comment on function pyorch._plan_retries(bigint[], timestamptz) is
  'Write the retries of calls that failed or were lost.';

revoke all on function pyorch._plan_retries(bigint[], timestamptz) from public;
