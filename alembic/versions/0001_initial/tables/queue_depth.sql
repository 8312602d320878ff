-- pyorch.queue_depth: the last known depth of each queue, for when a lock keeps us from looking.
create table pyorch.queue_depth (
  queue_id integer primary key,
  at timestamptz not null,
  pending bigint not null,
  processing bigint not null,
  dead bigint not null,
  oldest_pending_seconds double precision,
  estimated boolean not null
)
with (fillfactor = 50);

revoke all on table pyorch.queue_depth from public;
