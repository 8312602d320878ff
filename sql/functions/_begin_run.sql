-- pyorch._begin_run(text, boolean, interval)
-- Start a run: single flight, rate gate, identity, a row in pyorch.run. Returns the run as the
-- later steps pass it on, or the answer of one that does not start (it has "skipped").
-- Calls: pyorch._take_run, pyorch._check_identity, pyorch._run_deadline, pyorch._source,
-- pyorch._setting, pyorch._now.
-- Writes: pyorch.run, pyorch.run_lock.
create or replace function pyorch._begin_run(
  p_job text,
  -- a procedure that commits between its steps: the lock must outlast the transaction, and replays
  -- are dropped
  p_commits boolean,
  -- null: the configured one
  p_budget interval default null
)
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
  v_budget constant interval := coalesce(p_budget, (pyorch._setting('budget') #>> '{}')::interval);
  v_answer jsonb;
  v_run_id bigint;
begin
  v_answer := pyorch._take_run(p_job, (
    select j.every / 2 from pyorch.job j where j.job = p_job and p_commits and j.missed <> 'each'
  ));
  if v_answer is not null then
    return v_answer;
  end if;

  -- the row is ours, so whoever is still written down as running died
  update pyorch.run r
     set ended_at = v_now,
         success = false,
         errors = r.errors || pg_catalog.jsonb_build_object(
           'message', 'ended without an answer: its session was killed or timed out'
         )
    from pyorch.run_lock l
   where l.job = p_job
     and r.run_id = l.run_id
     and r.ended_at is null;
  insert into pyorch.run (job, source, pid, started_at)
  values (p_job, pyorch._source(), pg_catalog.pg_backend_pid(), v_now)
  returning run_id
       into v_run_id;
  if p_commits then
    update pyorch.run_lock l
       set run_id = v_run_id,
           pid = pg_catalog.pg_backend_pid(),
           until = v_now + v_budget + interval '10 seconds',
           started_at = v_now,
           slot = pyorch._next_slot(l, v_now)
     where l.job = p_job;
  end if;

  v_answer := pg_catalog.jsonb_build_object(
    'run_id', v_run_id,
    'job', p_job,
    'commits', p_commits,
    'hold', v_budget + interval '10 seconds',
    'began', pg_catalog.clock_timestamp(),
    'deadline', pyorch._run_deadline(v_budget),
    'steps', '[]'::jsonb,
    'errors', '[]'::jsonb
  ) || case p_job
         when 'pyorch_tick' then '{
           "unlocked": {},
           "settled": {"ok": 0, "failed": 0, "timed_out": 0, "lost": 0},
           "scrapers_triggered": [],
           "processors_triggered": [],
           "queue_depths": {}
         }'::jsonb
         else '{}'
       end;
  perform pyorch._cancel_overdue();
  if p_job = 'pyorch_tick' and not pyorch._check_identity() then
    v_answer := pg_catalog.jsonb_set(v_answer, '{errors}', pg_catalog.jsonb_build_array(
      pg_catalog.jsonb_build_object(
        'code', 'PY011',
        'message', 'identity mismatch: this database is a copy of the one that pyorch belongs to; '
          'nothing is sent',
        'hint', 'If this copy shall fire: select pyorch.adopt();'
      )
    ));
  end if;
  return v_answer;
end;
$$;

comment on function pyorch._begin_run(text, boolean, interval) is
  'Start a run, or answer why it does not start.';

revoke all on function pyorch._begin_run(text, boolean, interval) from public;
