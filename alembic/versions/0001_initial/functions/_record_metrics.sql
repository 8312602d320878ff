-- pyorch._record_metrics(text, text, jsonb, boolean)
-- Add one sample of each metric of a subject; nulls are left out.
-- Writes: pyorch.metric.
create or replace function pyorch._record_metrics(
  -- queue | endpoint | custom | pyorch
  p_kind text,
  p_subject text,
  -- {metric: number}
  p_values jsonb,
  p_estimated boolean default false
)
  returns void
  language sql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  insert into pyorch.metric (at, kind, subject, metric, value, estimated)
  select n.t, p_kind, p_subject, e.key, e.value::double precision, p_estimated
    from pg_catalog.jsonb_each_text(p_values) e
    cross join (select pyorch._now() as t) n
   where e.value is not null
  on conflict (kind, subject, metric, at) do nothing;
$$;

comment on function pyorch._record_metrics(text, text, jsonb, boolean) is
  'Add one sample of each metric of a subject.';

revoke all on function pyorch._record_metrics(text, text, jsonb, boolean) from public;
