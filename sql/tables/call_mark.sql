-- pyorch.call_mark: where pyorch.call begins to hold anything, one row. While a long transaction
-- elsewhere keeps dead rows from being removed, reading past all that were ever there would cost
-- more and more.
create table pyorch.call_mark (
  singleton boolean primary key default true
    constraint one_row check (singleton),
  -- no call that is open or busy has a lower id
  low bigint not null default 0,
  -- what the next look may raise it to: one look later, so that a decider who took an id and has
  -- not committed by now is not passed over
  next_low bigint not null default 0,
  -- wall clock
  looked_at timestamptz not null default '-infinity'
)
with (fillfactor = 50);

insert into pyorch.call_mark default values;

revoke all on table pyorch.call_mark from public;
