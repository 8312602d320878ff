-- pyorch.queue: every queue, ours and the users'. Written by create_queue, attach_queue,
-- alter_queue, pause_queue, resume_queue, detach_queue, drop_queue; `wake` by the endpoints that
-- drain the queue.
create table pyorch.queue (
  queue_id integer generated always as identity primary key,
  queue text not null unique
    constraint queue_is_a_short_identifier check (queue ~ '^[a-z_][a-z0-9_]{0,39}$'),
  kind text not null
    constraint kind_is_known check (kind in ('native', 'attached')),
  -- the table of items: pyorch.native_<queue>, or the user's own
  relation regclass not null,
  paused boolean not null default false,
  -- exactly what was asked for; the columns below are what it comes to
  options jsonb not null default '{}',
  lease interval not null default '15 minutes',
  max_attempts integer not null default 5,
  max_lease_losses integer not null default 3,
  -- {base, factor, cap, jitter}, as pyorch._backoff reads it
  backoff jsonb not null default '{}',
  -- how many items may be in work at once; null: as many as there are workers
  concurrency integer,
  -- how many items may be claimed within rate_per; null: no limit
  rate_limit integer,
  rate_per interval,
  -- how long finished items of a native queue are kept; null: not at all
  retention interval,
  -- enqueue of a key that waits or is in work already: same | replace | refuse
  key_conflict text not null default 'same'
    constraint key_conflict_is_known check (key_conflict in ('same', 'replace', 'refuse')),
  -- true: a claim does not wait for the disk (durability: claims_may_be_lost)
  claims_may_be_lost boolean not null default false,
  -- true: enqueue notifies the channel pyorch_queue_<queue>
  notify boolean not null default false,
  -- health warns when the oldest pending item is older
  objective_oldest_pending interval,
  rpc boolean not null default false,
  -- an endpoint with wake_at_once drains this queue
  wake boolean not null default false,
  -- attached: the columns and statuses as found (or given) at attach
  mapping jsonb,
  -- attached: the search_path under which the user's own triggers work
  attached_search_path text,
  created_at timestamptz not null default pyorch._now()
);

comment on table pyorch.queue is
  'Every queue, native or attached, with its options and what they come to.';

revoke all on table pyorch.queue from public;
