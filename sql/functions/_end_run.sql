-- pyorch._end_run(jsonb)
-- Close a run: its row, its lock, the heartbeat of its source. Returns the answer.
-- Writes: pyorch.run, pyorch.run_lock, pyorch.heartbeat.
create or replace function pyorch._end_run(p_run jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '100ms'
as $$
declare
  v_now constant timestamptz := pyorch._now();
  v_run_id constant bigint := (p_run ->> 'run_id')::bigint;
  v_success constant boolean := p_run -> 'errors' = '[]';
  v_ms constant numeric := pg_catalog.round(
    extract(epoch from pg_catalog.clock_timestamp() - (p_run ->> 'began')::timestamptz) * 1000, 3
  );
begin
  update pyorch.run r
     set ended_at = v_now,
         duration_ms = v_ms,
         success = v_success,
         steps = p_run -> 'steps',
         errors = p_run -> 'errors'
   where r.run_id = v_run_id;
  if (p_run ->> 'commits')::boolean then
    update pyorch.run_lock l
       set until = null,
           pid = null
     where l.job = p_run ->> 'job'
       and l.run_id = v_run_id;
  end if;
  if p_run ->> 'job' = 'pyorch_tick' then
    insert into pyorch.heartbeat as h (source, run_id, beat_at, good_at)
    select r.source, v_run_id, v_now, case when v_success then v_now end
      from pyorch.run r
     where r.run_id = v_run_id
    on conflict (source) do update
      set run_id = excluded.run_id,
          beat_at = excluded.beat_at,
          good_at = coalesce(excluded.good_at, h.good_at);
  end if;
  return pg_catalog.jsonb_build_object(
    'success', v_success,
    'run_id', v_run_id,
    'timestamp', v_now,
    'duration_ms', v_ms,
    'skipped', null
  ) || (
    p_run - '{job,commits,hold,began,deadline,again,lost}'::text[]
    -- between the steps of a tick
    - '{dispatched,orphans_left,unlocked_to,unlock_next}'::text[]
  );
end;
$$;

comment on function pyorch._end_run(jsonb) is
  'Close a run and return its answer.';

revoke all on function pyorch._end_run(jsonb) from public;
