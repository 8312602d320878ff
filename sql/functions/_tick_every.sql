-- pyorch._tick_every()
-- How often the scheduler ticks.
-- Reads: pyorch.job.
create or replace function pyorch._tick_every()
  returns interval
  language sql
  stable
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  select j.every from pyorch.job j where j.job = 'pyorch_tick';
$$;

comment on function pyorch._tick_every() is
  'How often the scheduler ticks.';

revoke all on function pyorch._tick_every() from public;
