-- pyorch._run_bar(pyorch.run_lock, timestamptz, interval)
-- Why a run may not start now; null when it may.
create or replace function pyorch._run_bar(
  p_lock pyorch.run_lock,
  p_now timestamptz,
  -- a start this soon after the last one is a replay of pg_cron; null: no gate
  p_gate interval
)
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select case
    -- a mark from the far future (the clock was set back) holds nobody up
    when (p_lock).until > p_now and (p_lock).until < p_now + interval '15 minutes'
      then 'another run is in progress'
    when (p_lock).started_at <= p_now and p_now - (p_lock).started_at < p_gate
      then 'this slot has run already'
  end;
$$;

comment on function pyorch._run_bar(pyorch.run_lock, timestamptz, interval) is
  'Why a run may not start now; null when it may.';

revoke all on function pyorch._run_bar(pyorch.run_lock, timestamptz, interval) from public;
