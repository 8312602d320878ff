-- pyorch.endpoint: an HTTP target and its policy. What it does at the moment stands in
-- pyorch.endpoint_state.
create table pyorch.endpoint (
  endpoint_id integer generated always as identity primary key,
  endpoint text not null unique
    constraint endpoint_is_named check (endpoint ~ '^[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}$'),
  kind text not null
    constraint kind_is_known check (kind in ('scraper', 'processor')),
  -- may name {{variables}}, so it is checked again, resolved, at every hand-over
  url text not null,
  -- processor: the queue that it drains. No foreign key: a dropped queue is a health row, not a
  -- blocked drop, and one that is made again under its name is taken up again
  queue_id integer
    constraint processor_drains_a_queue check (kind = 'scraper' or queue_id is not null),
  -- scraper: the queues that it fills; high_water looks at them
  fills integer[] not null default '{}',
  -- as given, for show and for changes; the columns below are what it means
  options jsonb not null default '{}',
  method text not null default 'POST'
    constraint method_is_known check (method in ('GET', 'POST', 'PUT', 'PATCH', 'DELETE')),
  headers jsonb not null default '{}',
  -- null: a body of ours (call_id, run_id, and for a processor queue and batch_size)
  body jsonb,
  timeout interval not null default '5 seconds',
  max_busy interval not null default '150 seconds',
  every interval,
  cron text
    constraint one_schedule check (every is null or cron is null),
  min_pending integer not null default 1,
  batch_size integer not null default 100,
  -- calls in one tick at most; null: as many as the backlog and max_in_flight allow
  fan_out integer,
  max_in_flight integer not null default 1,
  -- at most rate_calls in each rate_per
  rate_calls integer,
  rate_per interval,
  max_attempts integer not null default 3,
  backoff jsonb not null default '{}',
  success_codes int4multirange not null default '{[200,300)}',
  breaker_failures integer not null default 5,
  breaker_cool_off interval not null default '1 minute',
  high_water bigint,
  mode text not null default 'wake'
    constraint mode_is_known check (mode in ('wake', 'push')),
  -- push: names of the secrets that sign each call, the newest first
  signing_secrets text[] not null default '{}',
  wake_at_once boolean not null default false,
  allow_http boolean not null default false,
  allow_private boolean not null default false,
  follow_redirects boolean not null default false,
  paused boolean not null default false,
  created_at timestamptz not null
);

revoke all on table pyorch.endpoint from public;
