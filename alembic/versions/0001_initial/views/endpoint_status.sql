-- pyorch.endpoint_status: what each endpoint does.
create view pyorch.endpoint_status as
  select e.endpoint, e.kind, q.queue, e.paused,
         coalesce(c.busy, 0) as busy,
         -- a call that is busy has not been judged yet, but may have answered
         case when c.settled_at >= coalesce(s.last_call_at, '-infinity') then c.outcome
           else s.last_outcome end as last_outcome,
         greatest(c.last_call_at, s.last_call_at) as last_call_at,
         s.failures_in_row, s.breaker,
         case when e.every is null and e.cron is null then null
           else coalesce(s.next_due_at, s.looked_at, e.created_at) end
           as next_due_at,
         e.mode, s.refused_why, s.hold_until, s.breaker_until,
         coalesce(c.waiting, 0) as waiting
    from pyorch.endpoint e
    join pyorch.endpoint_state s on s.endpoint_id = e.endpoint_id
    left join pyorch.queue q on q.queue_id = e.queue_id
    left join (
      select x.endpoint_id,
             count(*) filter (where x.sent_at is not null and x.finished_at is null) as busy,
             count(*) filter (where x.sent_at is null) as waiting,
             max(x.sent_at) as last_call_at,
             max(x.settled_at) as settled_at,
             (pg_catalog.array_agg(x.outcome order by x.settled_at desc nulls last))[1] as outcome
        from pyorch.live_call x
       group by x.endpoint_id
    ) c on c.endpoint_id = e.endpoint_id;

comment on view pyorch.endpoint_status is
  'What each endpoint does: busy calls, last outcome, failures in a row, breaker (closed | open | '
  'half_open), when it is due next.';

revoke all on table pyorch.endpoint_status from public;
call pyorch._grant('viewer', 'select', 'table', 'pyorch.endpoint_status');
