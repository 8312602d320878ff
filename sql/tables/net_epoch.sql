-- pyorch.net_epoch: the life of pg_net's request ids, one logged row. A crash empties pg_net's
-- unlogged tables and restarts its ids; it empties pyorch.net_sentinel likewise, and the next
-- hand-over or settle begins a new epoch.
create table pyorch.net_epoch (
  singleton boolean primary key default true
    constraint one_row check (singleton),
  epoch bigint not null default 0,
  -- pg_net's worker sends a failing batch again and again, each time as a new process: so often in
  -- a row it was seen young, or not at all, and since when (wall clock)
  young_worker integer not null default 0,
  young_since timestamptz
);

insert into pyorch.net_epoch default values;

revoke all on table pyorch.net_epoch from public;
