-- pyorch.slot: a scheduled time of an endpoint that was dispatched. A unique row, so that two
-- schedulers dispatch once.
create table pyorch.slot (
  endpoint_id integer not null references pyorch.endpoint on delete cascade,
  slot timestamptz not null,
  primary key (endpoint_id, slot)
);

revoke all on table pyorch.slot from public;
