-- pyorch._begin_custom(text)
-- Note that a custom metric runs now, in this session: committed before it starts, so that a tick
-- can cancel it.
-- Writes: pyorch.custom_metric.
create or replace function pyorch._begin_custom(p_step text)
  returns void
  language sql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  update pyorch.custom_metric m
     set pid = pg_catalog.pg_backend_pid(),
         running_since = pg_catalog.clock_timestamp(),
         tried_at = pyorch._now()
   where 'custom:' || m.metric = p_step;
$$;

comment on function pyorch._begin_custom(text) is
  'Note that a custom metric runs now.';

revoke all on function pyorch._begin_custom(text) from public;
