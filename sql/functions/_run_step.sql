-- pyorch._run_step(jsonb, text)
-- Run one step of a run: within its budget, caught, timed, recorded. Returns the run with the
-- step's part of the answer added; "again": there is more to do; "lost": another run has taken
-- over.
-- Calls: pyorch._run_is_ours, pyorch._do_step, pyorch._keep_run, pyorch._note_step.
create or replace function pyorch._run_step(p_run jsonb, p_step text)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '100ms'
as $$
declare
  v_began constant timestamptz := pg_catalog.clock_timestamp();
  v_part jsonb;
  v_message text;
  v_code text;
  v_hint text;
begin
  if v_began >= (p_run ->> 'deadline')::timestamptz then
    return pyorch._note_step(
      p_run, p_step, 0, '{"state": "skipped", "why": "budget", "incomplete": true}'
    );
  end if;
  begin
    if pyorch._run_is_ours(p_run) then
      v_part := pyorch._do_step(p_run, p_step);
    end if;
    -- last, so that nobody who looks for an abandoned run finds its row locked by the step
    if not pyorch._keep_run(p_run) then
      raise exception using errcode = 'PYZZZ', message = 'lost to another run';
    end if;
  exception
    -- what it did is undone: the other run does it
    when sqlstate 'PYZZZ' then
      return p_run || pg_catalog.jsonb_build_object(
        'lost', true,
        'again', false,
        'errors', p_run -> 'errors' || pg_catalog.jsonb_build_object(
          'step', p_step, 'message', 'this run was away for too long: another one has taken over'
        )
      );
    when others then
      get stacked diagnostics
        v_message = message_text,
        v_code = returned_sqlstate,
        v_hint = pg_exception_hint;
      v_part := pg_catalog.jsonb_build_object(
        'state', 'failed',
        'errors', pg_catalog.jsonb_build_array(pg_catalog.jsonb_strip_nulls(
          pg_catalog.jsonb_build_object(
            'step', p_step, 'code', v_code, 'message', v_message, 'hint', nullif(v_hint, '')
          )
        ))
      );
  end;
  return pyorch._note_step(
    p_run,
    p_step,
    extract(epoch from pg_catalog.clock_timestamp() - v_began) * 1000,
    v_part
  );
end;
$$;

comment on function pyorch._run_step(jsonb, text) is
  'Run one step of a run: caught, timed, recorded.';

revoke all on function pyorch._run_step(jsonb, text) from public;
