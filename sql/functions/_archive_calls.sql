-- pyorch._archive_calls(bigint[])
-- Move calls that are settled and no longer busy from pyorch.call to pyorch.call_history, in one
-- statement. The body of a push call (other people's payloads) is not kept.
-- Writes: pyorch.call, pyorch.call_history.
create or replace function pyorch._archive_calls(p_call_ids bigint[])
  returns bigint
  language sql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  with ended as (
    delete from pyorch.call c
     where c.call_id = any (p_call_ids)
       and c.outcome is not null
       and c.finished_at is not null
    returning c.*
  ), kept as (
    insert into pyorch.call_history (
      call_id, endpoint_id, endpoint, run_id, source, attempt, idempotency_key, body, decided_at,
        transport, agent_id, sent_at,
      settled_at, finished_at, outcome, status_code, error, latency_ms, answer_head
    )
    select x.call_id, x.endpoint_id, coalesce(e.endpoint, ''), x.run_id, x.source, x.attempt,
      x.idempotency_key,
           case when x.receipts is null then x.body end,
           x.decided_at, x.transport, x.agent_id, x.sent_at, x.settled_at, x.finished_at,
           x.outcome, x.status_code, x.error, x.latency_ms, x.answer_head
      from ended x
      left join pyorch.endpoint e on e.endpoint_id = x.endpoint_id
    returning 1
  )
  select count(*) from kept;
$$;

comment on function pyorch._archive_calls(bigint[]) is
  'Move ended calls into the history; answers how many.';

revoke all on function pyorch._archive_calls(bigint[]) from public;
