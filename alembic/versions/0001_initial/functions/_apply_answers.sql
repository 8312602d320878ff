-- pyorch._apply_answers(text, uuid, jsonb, timestamptz)
-- Write answers into the ledger, whoever carried them, decide each outcome, and end what is no
-- longer busy. After a 202, or a timeout, the work may go on: such a call stays busy.
-- Calls: pyorch._safe_text, pyorch._mask, pyorch._retry_after, pyorch._settle_push,
-- pyorch._end_calls.  Writes: pyorch.call.
create or replace function pyorch._apply_answers(
  -- agent | pg_net | direct
  p_transport text,
  p_agent uuid,
  p_answers jsonb,
  p_now timestamptz
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_settled bigint[];
  v_push bigint[];
begin
  with answer as materialized (
    select distinct on (a.call_id) a.*
      from pg_catalog.jsonb_to_recordset(p_answers) a (
        call_id bigint, status_code integer, error text, timed_out boolean,
          latency_ms double precision,
        head text, retry_after text
      )
  ), open as materialized (
    -- always in the order of their ids, so that two reports cannot wait for each other
    select c.call_id
      from pyorch.call c
     -- an array: by the primary key, whatever the statistics of this restless table say
     where c.call_id = any (array(select a.call_id from answer a))
       and c.outcome is null
       and c.transport = p_transport
       and c.agent_id is not distinct from p_agent
     order by c.call_id
       for update
  ), settled as (
    update pyorch.call c
       set settled_at = p_now,
           status_code = a.status_code,
           outcome = case
             when a.timed_out then 'timed_out'
             -- the agent took it and did not send it
             when a.error like 'not sent:%' then 'lost'
             when a.error is not null or a.status_code is null then 'failed'
             -- finish_call said before the answer came that the work had failed
             when c.error is not null then 'failed'
             when a.status_code <@ e.success_codes then 'ok'
             else 'failed'
           end,
           error = coalesce(c.error, left(a.error, 500), case
             when a.timed_out is not true and not a.status_code <@ e.success_codes
               then 'HTTP ' || a.status_code
           end),
           latency_ms = a.latency_ms,
           answer_head = pyorch._mask(c.endpoint_id, pyorch._safe_text(a.head)),
           retry_in = case
             when a.status_code in (429, 503) then pyorch._retry_after(a.retry_after, p_now)
           end,
           finished_at = coalesce(c.finished_at, case
             when a.timed_out
               or (a.status_code = 202 and a.status_code <@ e.success_codes and e.mode = 'wake')
               then null
             else p_now
           end)
      from open o, answer a, pyorch.endpoint e
     where c.call_id = o.call_id
       and a.call_id = o.call_id
       and e.endpoint_id = c.endpoint_id
    returning c.call_id, c.receipts
  )
  select pg_catalog.array_agg(s.call_id), pg_catalog.array_agg(s.call_id)
    filter (where s.receipts is not null)
    into v_settled, v_push
    from settled s;

  if v_push is not null then
    perform pyorch._settle_push(v_push, p_answers);
  end if;
  if v_settled is not null then
    perform pyorch._end_calls(v_settled, p_now);
  end if;
end;
$$;

comment on function pyorch._apply_answers(text, uuid, jsonb, timestamptz) is
  'Write answers of calls into the ledger and judge them.';

revoke all on function pyorch._apply_answers(text, uuid, jsonb, timestamptz) from public;
