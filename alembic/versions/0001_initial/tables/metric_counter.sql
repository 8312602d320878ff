-- pyorch.metric_counter: last seen value of each counter, of which pyorch.metric holds the rate.
create table pyorch.metric_counter (
  kind text not null,
  subject text not null,
  counter text not null,
  value double precision not null,
  at timestamptz not null,
  constraint metric_counter_pk primary key (kind, subject, counter)
)
with (fillfactor = 70);

revoke all on table pyorch.metric_counter from public;
