-- pyorch._take_run(text, interval)
-- Take the single-flight row of a job, or answer why not; never waits. Null: taken, its row is
-- locked until commit.
-- Whoever does not get it keeps no lock either: his transaction may stay open for long.
-- Calls: pyorch._now, pyorch._run_bar.  Reads and locks: pyorch.run_lock.
create or replace function pyorch._take_run(
  p_job text,
  -- see pyorch._run_bar
  p_gate interval
)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := pyorch._now();
  v_busy constant text := 'another run is in progress';
  v_lock pyorch.run_lock;
  v_run_id bigint;
  v_why text;
begin
  select * into v_lock from pyorch.run_lock l where l.job = p_job;
  v_run_id := v_lock.run_id;
  v_why := pyorch._run_bar(v_lock, v_now, p_gate);
  if v_why is null then
    begin
      select * into v_lock from pyorch.run_lock l where l.job = p_job for update skip locked;
      v_why := case when found then pyorch._run_bar(v_lock, v_now, p_gate) else v_busy end;
      if v_why is not null then
        -- somebody was faster between the two looks: back to the savepoint, which lets go of the
        -- row
        raise exception using errcode = 'PYZZZ', message = v_why;
      end if;
      return null;
    exception
      when sqlstate 'PYZZZ' then
        v_run_id := coalesce(v_lock.run_id, v_run_id);
    end;
  end if;
  return pg_catalog.jsonb_build_object('success', true, 'skipped', v_why)
    || case
         when v_why = v_busy and v_run_id is not null
           then pg_catalog.jsonb_build_object('run_id', v_run_id)
         else '{}'
       end;
end;
$$;

comment on function pyorch._take_run(text, interval) is
  'Take the single-flight row of a job without waiting, or answer why not.';

revoke all on function pyorch._take_run(text, interval) from public;
