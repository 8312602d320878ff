-- pyorch._cron_text(interval, boolean)
-- An interval in the words of pg_cron: '10 seconds', '* * * * *', '*/5 * * * *', '0 */2 * * *';
-- null when it has none.
-- From one hour on, minute 17: everybody else's jobs run at minute 0.
create or replace function pyorch._cron_text(
  p_every interval,
  -- does this pg_cron know '10 seconds'?
  p_seconds boolean
)
  returns text
  language sql
  immutable
  parallel safe
  strict
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  with length as (
    select extract(epoch from p_every) as s
  )
  select case
    when s between 1 and 59 and s = pg_catalog.floor(s) and p_seconds
      then pg_catalog.trunc(s) || case s when 1 then ' second' else ' seconds' end
    when s = 60 then '* * * * *'
    when s < 3600 and s % 60 = 0 and 3600 % s = 0
      then '*/' || pg_catalog.trunc(s / 60) || ' * * * *'
    when s = 3600 then '17 * * * *'
    when s < 86400 and s % 3600 = 0 and 86400 % s = 0
      then '17 */' || pg_catalog.trunc(s / 3600) || ' * * *'
    when s = 86400 then '17 3 * * *'
  end
    from length;
$$;

comment on function pyorch._cron_text(interval, boolean) is
  'A pg_cron schedule that runs every so often; null when pg_cron cannot say it.';

revoke all on function pyorch._cron_text(interval, boolean) from public;
