-- pyorch.wake_mark: a queue that got work while its processor was idle. Appended by pyorch._wake
-- inside the writer's transaction: no unique index, so that no writer ever waits for another one;
-- taken by pyorch._dispatch_wakes.
create table pyorch.wake_mark (
  queue_id integer not null,
  marked_at timestamptz not null
)
with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

revoke all on table pyorch.wake_mark from public;
