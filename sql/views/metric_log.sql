-- pyorch.metric_log: the time series, as it was sampled and, before that, hour by hour.
create view pyorch.metric_log as
  select m.at,
         m.kind,
         m.subject,
         m.metric,
         m.value,
         m.value as low,
         m.value as high,
         1 as samples,
         m.estimated
    from pyorch.metric m
  union all
  select h.at,
         h.kind,
         h.subject,
         h.metric,
         h.value,
         h.low,
         h.high,
         h.samples,
         h.estimated
    from pyorch.metric_hour h;

comment on view pyorch.metric_log is
  'Samples of queues, endpoints, pyorch itself and custom metrics; old ones as the average,'
  ' least and greatest of an hour (at: its begin). samples: how many values stand behind the row.';

revoke all on table pyorch.metric_log from public;

call pyorch._grant('viewer', 'select', 'table', 'pyorch.metric_log');
