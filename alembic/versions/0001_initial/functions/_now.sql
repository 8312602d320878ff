-- pyorch._now()
-- The clock of everything that pyorch decides: the wall clock, or `pyorch.fake_now` while
-- pyorch.fake_clock allows it.
-- Reads: pyorch.fake_clock (only when the setting is present, so that the hot path reads nothing).
create or replace function pyorch._now()
  returns timestamptz
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_fake constant text := pg_catalog.current_setting('pyorch.fake_now', true);
begin
  if v_fake is null or v_fake = '' or not exists (select 1 from pyorch.fake_clock) then
    return pg_catalog.clock_timestamp();
  end if;
  return v_fake::timestamptz;
end;
$$;

comment on function pyorch._now() is
  'The clock of every decision: clock_timestamp(), or the fake time that an owner allowed a test.';

revoke all on function pyorch._now() from public;
