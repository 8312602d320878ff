-- pyorch._run_step(jsonb, text)
-- Run one step of a run: within its budget, caught, timed, recorded. Returns the run with the step's part of the answer
-- added; "again": there is more to do; "lost": another run has taken over.
-- Calls: pyorch._keep_run, pyorch._step_unlock, pyorch._step_settle, pyorch._step_dispatch, pyorch._step_metrics,
-- pyorch._note_step.
create or replace function pyorch._run_step(p_run jsonb, p_step text)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = ''
  set lock_timeout = '100ms'
as $$
declare
  v_began constant timestamptz := pg_catalog.clock_timestamp();
  v_part jsonb;
  v_message text;
  v_code text;
  v_hint text;
begin
  if not pyorch._keep_run(p_run) then
    return p_run || '{"lost": true, "again": false}';
  end if;
  if v_began >= (p_run ->> 'deadline')::timestamptz then
    return pyorch._note_step(p_run, p_step, 0, '{"state": "skipped", "why": "budget", "incomplete": true}');
  end if;
  begin
    v_part := case p_step
      when 'unlock' then pyorch._step_unlock(p_run)
      when 'settle' then pyorch._step_settle(p_run)
      when 'scrapers' then pyorch._step_dispatch(p_run, 'scraper')
      when 'processors' then pyorch._step_dispatch(p_run, 'processor')
      when 'metrics' then pyorch._step_metrics(p_run)
    end;
  exception
    when others then
      get stacked diagnostics
        v_message = message_text,
        v_code = returned_sqlstate,
        v_hint = pg_exception_hint;
      v_part := pg_catalog.jsonb_build_object(
        'state', 'failed',
        'errors', pg_catalog.jsonb_build_array(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
          'step', p_step, 'code', v_code, 'message', v_message, 'hint', nullif(v_hint, '')
        )))
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
