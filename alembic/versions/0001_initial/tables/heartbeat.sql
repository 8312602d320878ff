-- pyorch.heartbeat: the last run that each source began and ended. The dead-man's switch and the
-- choice of the
-- scheduler read it.
create table pyorch.heartbeat (
  source text primary key
    constraint source_is_known check (source in ('pg_cron', 'agent', 'cli', 'sql')),
  run_id bigint not null,
  beat_at timestamptz not null,
  -- the last one that ended with success
  good_at timestamptz,
  -- the last ping to the endpoint that configure {"ping": …} names
  ping_at timestamptz
)
with (fillfactor = 50);

revoke all on table pyorch.heartbeat from public;
