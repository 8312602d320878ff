-- pyorch.wanted_grant: the exact list of who may do what. Written by pyorch._grant, brought into
-- force by pyorch._apply_grants, compared with the live ACLs by `pyorch verify`.
create table pyorch.wanted_grant (
  part text not null references pyorch.role_map (part),
  privilege text not null,
  object_kind text not null
    constraint object_kind_is_known check (object_kind in ('function', 'table', 'schema')),
  -- as `regprocedure`, `regclass` or the schema's name print it
  object_name text not null,
  primary key (object_kind, object_name, part, privilege)
);

revoke all on table pyorch.wanted_grant from public;
