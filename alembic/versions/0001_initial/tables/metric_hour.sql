-- pyorch.metric_hour: the time series, one row for each hour and metric.
create table pyorch.metric_hour (
  at timestamptz not null,
  kind text not null,
  subject text not null,
  metric text not null,
  -- average, least, greatest, last
  value double precision,
  low double precision,
  high double precision,
  last double precision,
  samples integer not null,
  estimated boolean not null,
  constraint metric_hour_pk primary key (kind, subject, metric, at)
);

create index metric_hour_at_idx on pyorch.metric_hour (at);

revoke all on table pyorch.metric_hour from public;
