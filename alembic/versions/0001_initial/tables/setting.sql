-- pyorch.setting: what pyorch.configure() has set. A name that is missing here has its default (pyorch._setting).
create table pyorch.setting (
  setting text primary key,
  value jsonb not null
);

revoke all on table pyorch.setting from public;
