-- pyorch.fake_clock: while this owner-only table holds a row, sessions may set `pyorch.fake_now`
-- and live in that time.
-- For tests alone: `pyorch verify` is red while the row exists.
create table pyorch.fake_clock (
  allowed boolean primary key
    constraint only_true_is_a_row check (allowed)
);

revoke all on table pyorch.fake_clock from public;
