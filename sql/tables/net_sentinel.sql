-- pyorch.net_sentinel: unlogged on purpose, so that it dies in exactly the crash in which pg_net's
-- tables die.
create unlogged table pyorch.net_sentinel (
  singleton boolean primary key default true
    constraint one_row check (singleton),
  epoch bigint not null,
  -- pg_net's queue table: a dropped and re-created extension restarts the ids, too
  queue_table oid not null
);

revoke all on table pyorch.net_sentinel from public;
