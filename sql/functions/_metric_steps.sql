-- pyorch._metric_steps()
-- What collect_metrics() has to do now: each queue, endpoints, pyorch itself, then the custom
-- metrics that are due, those that waited longest first.
-- Reads: pyorch.queue, pyorch.custom_metric.
create or replace function pyorch._metric_steps()
  returns text[]
  language sql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  select array(
           select 'queue:' || q.queue
             from pyorch.queue q
            where q.queue not like '\_%'
            order by q.queue
         )
         || '{endpoints,self}'::text[]
         || array(
           select 'custom:' || m.metric
             from pyorch.custom_metric m
            where m.tried_at is null
               -- the clock may have been set back
               or m.tried_at > pyorch._now()
               or m.tried_at <= pyorch._now() - m.every * 0.9
            order by m.tried_at nulls first, m.metric
         );
$$;

comment on function pyorch._metric_steps() is
  'What collect_metrics() has to do now.';

revoke all on function pyorch._metric_steps() from public;
