-- pyorch.attached: how the user's table behind an attached queue is read: what pyorch._attach()
-- found or was told. The generated functions of the queue are made from this row and from
-- pyorch.queue.
create table pyorch.attached (
  queue_id integer primary key references pyorch.queue (queue_id) on delete cascade,
  -- word (id, status, attempts, …) → {name, type, nullable, length}
  columns jsonb not null,
  -- {pending, processing, complete, failed} → the table's own words
  statuses jsonb not null,
  -- zone in which columns without a zone are read and written
  time_zone text not null,
  -- user SQL, checked by the CLI before it came here
  where_sql text,
  order_sql text,
  wake_trigger boolean not null default false,
  -- the lease before it was made shorter, and until when items may be held under it
  old_lease interval,
  old_until timestamptz,
  -- where the sweep of forgotten state rows goes on
  sweep_after text not null default '',
  -- see pyorch._attached_facts
  facts jsonb
);

comment on table pyorch.attached is
  'One row for each attached queue: the mapping of the user''s table. Not an interface.';

revoke all on table pyorch.attached from public;
