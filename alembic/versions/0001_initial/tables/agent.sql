-- pyorch.agent: the agent processes. One is live for 10 seconds after each beat.
create table pyorch.agent (
  agent_id uuid primary key,
  started_at timestamptz not null,
  seen_at timestamptz not null,
  host text,
  pid integer,
  leader boolean not null default false,
  info jsonb not null default '{}'
)
with (fillfactor = 50);

revoke all on table pyorch.agent from public;
