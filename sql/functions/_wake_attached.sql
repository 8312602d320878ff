-- pyorch._wake_attached()
-- Statement trigger of an attached table, opt-in (wake_trigger): new rows wake the processor. It
-- never waits, and never raises in the user's statement.
-- Calls: pyorch._wake.  Reads: pyorch.queue.
create or replace function pyorch._wake_attached()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select 1 from pyorch.queue q where q.queue_id = tg_argv[0]::integer and q.wake) then
    perform pyorch._wake(tg_argv[0]::integer);
  end if;
  return null;
exception
  when others then
    -- the next tick finds the items anyway
    return null;
end;
$$;

comment on function pyorch._wake_attached() is
  'Statement trigger of an attached table: new rows wake the processor.';

revoke all on function pyorch._wake_attached() from public;
