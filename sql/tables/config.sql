-- pyorch.config: what pyorch.configure() has set. A name that is missing here has its default
-- (pyorch._setting).
-- Not "setting": its array type would be pyorch._setting, and take calls of that function for
-- casts.
create table pyorch.config (
  setting text primary key,
  value jsonb not null
);

revoke all on table pyorch.config from public;
