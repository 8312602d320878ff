-- pyorch.queue_status: how each queue is now. Bounded cost at any depth; never waits for a lock.
create view pyorch.queue_status as
  select q.queue,
         q.kind,
         q.relation::text as relation,
         d.pending,
         d.processing,
         d.dead,
         d.oldest_pending_seconds,
         d.estimated,
         q.paused,
         q.options
    from pyorch.queue q
    left join pg_catalog.pg_class c on c.oid = q.relation
    left join lateral (
      -- not for an attached table that is gone
      select l.*
        from pg_catalog.jsonb_to_record(pyorch._look_at_queue(q.queue_id)) l (
               pending bigint, processing bigint, dead bigint,
               oldest_pending_seconds double precision, estimated boolean
             )
       where c.oid is not null
    ) d on true
   order by q.queue;

comment on view pyorch.queue_status is
  'Each queue: pending, processing and dead items (estimated: beyond the exact cap), age of the '
  'oldest pending one in seconds (null: none is pending, or its table does not say since when).';

revoke all on table pyorch.queue_status from public;

call pyorch._grant('viewer', 'select', 'table', 'pyorch.queue_status');
