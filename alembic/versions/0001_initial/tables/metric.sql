-- pyorch.metric: the time series as it was collected. pyorch.maintain() rolls it up into
-- pyorch.metric_hour.
create table pyorch.metric (
  at timestamptz not null,
  -- queue | endpoint | custom | pyorch
  kind text not null,
  subject text not null,
  metric text not null,
  value double precision,
  estimated boolean not null default false,
  constraint metric_pk primary key (kind, subject, metric, at)
);

create index metric_at_idx on pyorch.metric (at);

revoke all on table pyorch.metric from public;
