-- pyorch.item_state: what an attached table has no column for. One row for each item that pyorch
-- has in work, that waits for another attempt, or that is dead. Items of other code have none. No
-- foreign key to pyorch.queue: it would be checked at each claim; pyorch.detach_queue() deletes the
-- rows. A statement that joins these rows takes the queue's number from the other side of the join,
-- not as a constant: a plan made while the table was small would read all rows of the queue.
create table pyorch.item_state (
  queue_id integer not null,
  -- the id as text, whatever its type
  item_id text not null,
  -- fencing: the receipt carries it; 0 while nobody holds the item, so that a look-up by receipt
  -- need not ask for the phase (and cannot be tempted to go by the index on leases)
  token bigint not null default 0,
  attempts integer not null default 0,
  lease_losses integer not null default 0,
  claimed_at timestamptz,
  lease_until timestamptz,
  -- waiting: not before; null: at once
  retry_at timestamptz,
  phase text not null
    constraint phase_is_known check (phase in ('working', 'waiting', 'dead')),
  worker text,
  last_error text,
  -- the last failures, oldest first: {at, attempt, error, worker}
  history jsonb,
  primary key (queue_id, item_id)
) with (
  -- a claim that follows a failure, a heartbeat, a failure: each updates in place
  fillfactor = 70,
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_threshold = 1000,
  autovacuum_analyze_scale_factor = 0.05
);

-- unlock finds expired leases by it
create index item_state_lease_until_idx
    on pyorch.item_state (queue_id, lease_until)
 where phase = 'working';

comment on table pyorch.item_state is
  'Attached queues: receipts, leases, attempts and retry times that the table has no column for.';

revoke all on table pyorch.item_state from public;
