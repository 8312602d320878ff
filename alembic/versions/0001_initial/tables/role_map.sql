-- pyorch.role_map: which database role plays which part. Read by pyorch._grant.
create table pyorch.role_map (
  part text primary key
    constraint part_is_known check (part in ('admin', 'operator', 'worker', 'viewer')),
  -- null: no such role here; the grants for it are recorded and wait
  role_name name
);

insert into pyorch.role_map (part, role_name)
values
  ('admin', 'pyorch_admin'),
  ('operator', 'pyorch_operator'),
  ('worker', 'pyorch_worker'),
  ('viewer', 'pyorch_viewer');

revoke all on table pyorch.role_map from public;
