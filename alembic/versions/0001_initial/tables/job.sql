-- pyorch.job: the schedule as it should be, one row for each job. Written by pyorch.configure and
-- migrations, brought
-- to pg_cron by pyorch.reconcile_jobs(), run by the leading agent where pg_cron is missing or
-- silent.
create table pyorch.job (
  job text primary key,
  -- one call of one procedure, nothing else: it has to commit
  command text not null,
  every interval not null
    constraint every_is_positive check (every > '0'),
  -- slots that nobody ran: skip (wait for the next), once (make up one), each (make up every one)
  missed text not null default 'skip'
    constraint missed_is_known check (missed in ('skip', 'once', 'each')),
  enabled boolean not null default true,
  -- what reconcile_jobs() last left in pg_cron, in its words; null: not in pg_cron
  cron_schedule text,
  cron_command text,
  scheduled_at timestamptz
);

insert into pyorch.job (job, command, every, missed)
values
  ('pyorch_tick', 'call pyorch.tick()', '10 seconds', 'skip'),
  ('pyorch_metrics', 'call pyorch.collect_metrics()', '1 minute', 'skip'),
  ('pyorch_maintain', 'call pyorch.maintain()', '1 hour', 'once');

revoke all on table pyorch.job from public;

-- whoever runs the schedule must know it
call pyorch._grant('viewer', 'select', 'table', 'pyorch.job');
