-- pyorch._maintain_rollup()
-- Step of maintain(): replace the samples of the oldest hour that is older than raw samples are
-- kept by one row for each metric.
-- Writes: pyorch.metric, pyorch.metric_hour.
create or replace function pyorch._maintain_rollup()
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_hour constant timestamptz := (
    select pg_catalog.date_trunc('hour', m.at, 'UTC') from pyorch.metric m order by m.at limit 1
  );
begin
  if v_hour is null
    or v_hour + interval '1 hour' > pyorch._now() - pyorch._keep_for('raw_metrics')
  then
    return '{}';
  end if;
  with gone as (
    delete from pyorch.metric m
     where m.at >= v_hour
       and m.at < v_hour + interval '1 hour'
    returning m.*
  )
  insert into pyorch.metric_hour as h (
    at, kind, subject, metric, value, low, high, last, samples, estimated
  )
  select v_hour,
         g.kind,
         g.subject,
         g.metric,
         pg_catalog.avg(g.value),
         pg_catalog.min(g.value),
         pg_catalog.max(g.value),
         (pg_catalog.array_agg(g.value order by g.at desc))[1],
         pg_catalog.count(*),
         pg_catalog.bool_or(g.estimated)
    from gone g
   group by g.kind, g.subject, g.metric
  -- samples that came late, after a restore for one: their hour stands already
  on conflict (kind, subject, metric, at) do update
    set low = least(h.low, excluded.low),
        high = greatest(h.high, excluded.high),
        value = (h.value * h.samples + excluded.value * excluded.samples)
          / (h.samples + excluded.samples),
        samples = h.samples + excluded.samples;
  return '{"again": true}';
end;
$$;

comment on function pyorch._maintain_rollup() is
  'Step of maintain(): roll one hour of samples up.';

revoke all on function pyorch._maintain_rollup() from public;
