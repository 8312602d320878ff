-- pyorch.call_log: the ledger, present and past as one. finished_at is null: busy. outcome is null:
-- open.
create view pyorch.call_log as
  select c.call_id, e.endpoint, c.run_id, c.attempt, c.idempotency_key::text as idempotency_key,
    c.transport,
         c.decided_at, c.sent_at, c.settled_at, c.finished_at, c.outcome, c.status_code, c.error,
           c.latency_ms,
         (extract(epoch from c.finished_at - c.sent_at) * 1000)::double precision as work_ms,
         c.source, c.not_before, c.answer_head
    from pyorch.call c
    left join pyorch.endpoint e on e.endpoint_id = c.endpoint_id
  union all
  select h.call_id, h.endpoint, h.run_id, h.attempt, h.idempotency_key::text, h.transport,
         h.decided_at, h.sent_at, h.settled_at, h.finished_at, h.outcome, h.status_code, h.error,
           h.latency_ms,
         (extract(epoch from h.finished_at - h.sent_at) * 1000)::double precision,
         h.source, null::timestamptz, h.answer_head
    from pyorch.call_history h;

comment on view pyorch.call_log is
  'The ledger of calls. outcome: ok | failed | timed_out | lost | refused, null while open; '
  'finished_at null while busy; latency_ms where the transport knows it; '
  'work_ms: from hand-over until no longer busy.';

revoke all on table pyorch.call_log from public;
call pyorch._grant('viewer', 'select', 'table', 'pyorch.call_log');
