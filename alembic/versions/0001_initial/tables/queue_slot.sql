-- pyorch.queue_slot: the places of queues with a limit. A claim takes one for each item, under
-- SKIP LOCKED, so that limits never make one worker wait for another. Concurrency: free when its
-- item is done or its lease ran out. Rate: free again one `rate_per` after it was taken.
create table pyorch.queue_slot (
  queue_id integer not null references pyorch.queue (queue_id) on delete cascade,
  limits text not null
    constraint limits_is_known check (limits in ('concurrency', 'rate')),
  place integer not null,
  -- not to be taken before
  free_at timestamptz not null default '-infinity',
  -- concurrency: the item that has it
  receipt text,
  primary key (queue_id, limits, place)
) with (fillfactor = 50);

create index queue_slot_receipt_idx
  on pyorch.queue_slot (queue_id, receipt)
  where receipt is not null;

comment on table pyorch.queue_slot is
  'Places of queues with a concurrency or rate limit: taken by claims, free again by time or by '
  'the end of the item.';

revoke all on table pyorch.queue_slot from public;
