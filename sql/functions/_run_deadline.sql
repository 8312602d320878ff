-- pyorch._run_deadline(interval)
-- Until when a run that starts now may start further work, by the wall clock: its budget, and 80 %
-- of what the caller's timeouts leave (nothing catches a statement_timeout: what it hits loses all
-- that it did).
create or replace function pyorch._run_deadline(p_budget interval)
  returns timestamptz
  language sql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select least(
    pg_catalog.clock_timestamp() + p_budget,
    pg_catalog.statement_timestamp()
      + 0.8 * nullif(pg_catalog.current_setting('statement_timeout')::interval, '0'),
    -- from PostgreSQL 17 on
    pg_catalog.transaction_timestamp()
      + 0.8 * nullif(pg_catalog.current_setting('transaction_timeout', true)::interval, '0')
  );
$$;

comment on function pyorch._run_deadline(interval) is
  'The time budget of a run as a deadline, within the caller''s timeouts.';

revoke all on function pyorch._run_deadline(interval) from public;
