-- pyorch.identity: which cluster and database this installation belongs to. A logical restore
-- carries the row along, and
-- then it does not fit any more: dispatch stops until pyorch.adopt() (rule 10).
create table pyorch.identity (
  single boolean primary key default true
    constraint there_is_one_row check (single),
  -- null: pg_control_system() was not allowed here
  system_identifier text,
  database_oid oid not null,
  -- what the platform says of itself (Neon: project and branch), where it says anything
  platform_id text,
  adopted_at timestamptz not null,
  -- pyorch.adopt(expect): a new identity that shows up before this time is adopted by itself
  expect_until timestamptz
);

revoke all on table pyorch.identity from public;
