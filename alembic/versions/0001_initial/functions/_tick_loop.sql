-- pyorch._tick_loop()
-- Ticks below a minute where pg_cron knows only minutes: a job that runs each minute, ticks in its
-- slots and ends before the next one begins. It sleeps in short slices with a commit after each: a
-- snapshot is never older than one of them, so that it holds no dead row back.
-- A procedure that commits: see pyorch.tick.
-- Calls: pyorch._run_due, pyorch._tick_every.
create or replace procedure pyorch._tick_loop()
  language plpgsql
  security invoker
as $$
declare
  v_every constant interval := pyorch._tick_every();
  -- one timer for the whole call, see _run_deadline: end at half of it, so that the last tick has
  -- the rest
  v_end constant timestamptz := least(
    pg_catalog.clock_timestamp() + interval '55 seconds',
    pg_catalog.statement_timestamp()
      + nullif(pg_catalog.current_setting('statement_timeout')::interval, '0') / 2
  );
  v_next timestamptz;
begin
  loop
    call pyorch._run_due('pyorch_tick');
    v_next := pg_catalog.date_bin(v_every, pg_catalog.clock_timestamp(), 'epoch') + v_every;
    exit when v_next >= v_end;
    while pg_catalog.clock_timestamp() < v_next loop
      perform pg_catalog.pg_sleep(
        least(0.2, extract(epoch from v_next - pg_catalog.clock_timestamp())::double precision)
      );
      commit;
    end loop;
  end loop;
end;
$$;

comment on procedure pyorch._tick_loop() is
  'Ticks below a minute where pg_cron knows only minutes.';

revoke all on procedure pyorch._tick_loop() from public;

call pyorch._grant('operator', 'execute', 'function', 'pyorch._tick_loop()');
call pyorch._grant('operator', 'execute', 'function', 'pyorch._tick_every()');
