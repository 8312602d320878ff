-- pyorch._set_custom_metric(text, text, interval, interval)
-- Create or change a custom metric. For the CLI, which has parsed the query and found one read-only
-- SELECT.
-- Writes: pyorch.custom_metric.
create or replace function pyorch._set_custom_metric(
  p_metric text,
  -- one SELECT: a number, or rows of a text and a number
  p_query text,
  -- a tick cancels it when it has run for longer; null: 5 seconds
  p_time_limit interval default null,
  -- null: 1 minute
  p_every interval default null
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_complaint text;
begin
  v_complaint := case
    when p_metric is null or p_metric !~ '^[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}$'
      then 'A name has letters, digits and _ . : - (63 at most), a letter or digit first.'
    when p_query is null then 'Give one SELECT.'
    when p_time_limit not between '100 milliseconds' and '1 minute'
      then 'The time limit is between 100 milliseconds and 1 minute.'
    when p_every not between '10 seconds' and '1 day'
      then 'It can be sampled every 10 seconds, and at least once a day.'
  end;
  if v_complaint is not null then
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format('metric "%s" cannot be had like this', p_metric),
      hint = v_complaint;
  end if;
  insert into pyorch.custom_metric (metric, query, every, time_limit)
  values (
    p_metric,
    p_query,
    coalesce(p_every, '1 minute'),
    coalesce(p_time_limit, '5 seconds')
  )
  on conflict (metric) do update
    set query = excluded.query,
        every = excluded.every,
        time_limit = excluded.time_limit,
        tried_at = null,
        error = null;
end;
$$;

comment on function pyorch._set_custom_metric(text, text, interval, interval) is
  'Create or change a custom metric; the CLI has checked its query.';

revoke all on function pyorch._set_custom_metric(text, text, interval, interval) from public;

call pyorch._grant(
  'admin', 'execute', 'function', 'pyorch._set_custom_metric(text, text, interval, interval)'
);
