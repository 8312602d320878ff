-- pyorch.variable: values for {{names}} in urls, headers and bodies, of this database alone
-- (functions_url, …). Not secret.
create table pyorch.variable (
  variable text primary key
    constraint variable_is_named check (variable ~ '^[A-Za-z_][A-Za-z0-9_]{0,62}$'),
  value text not null,
  changed_at timestamptz not null
);

revoke all on table pyorch.variable from public;

call pyorch._grant('admin', 'select', 'table', 'pyorch.variable');
