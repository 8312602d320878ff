-- pyorch.secret: values for {{names}} in headers, and the keys that sign push calls. Only the owner
-- reads it; where Supabase Vault exists it stays empty. No function of ours returns a value to
-- anybody but the transport.
create table pyorch.secret (
  secret text primary key
    constraint secret_is_named check (secret ~ '^[A-Za-z_][A-Za-z0-9_]{0,62}$'),
  value text not null,
  changed_at timestamptz not null
);

revoke all on table pyorch.secret from public;
