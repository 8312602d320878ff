-- pyorch._pg_cron_seconds()
-- Does this pg_cron know '10 seconds'? Asked by trying, in a subtransaction that is rolled back:
-- 1.4 and 1.5 both call themselves by other numbers than they have.
-- Calls: cron.schedule.
create or replace function pyorch._pg_cron_seconds()
  returns boolean
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  if pyorch._pg_cron() ->> 'state' <> 'here' then
    return false;
  end if;
  begin
    execute $cron$select cron.schedule('pyorch_probe', '1 second', 'select 1')$cron$;
    raise exception using errcode = 'PYZZZ', message = 'it does';
  exception
    when sqlstate 'PYZZZ' then
      return true;
    when others then
      return false;
  end;
end;
$$;

comment on function pyorch._pg_cron_seconds() is
  'Does this pg_cron know schedules in seconds?';

revoke all on function pyorch._pg_cron_seconds() from public;
