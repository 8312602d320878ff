-- pyorch._step_dispatch(jsonb, text)
-- Step of a run: decide the calls of one kind of endpoints.
-- Calls: pyorch._dispatch_allowed, pyorch._dispatch.
create or replace function pyorch._step_dispatch(
  p_run jsonb,
  -- scraper | processor
  p_kind text
)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_why constant text := pyorch._dispatch_allowed();
  v_done jsonb;
begin
  if v_why is not null then
    return pg_catalog.jsonb_build_object('state', 'skipped', 'why', v_why);
  end if;
  perform pg_catalog.set_config('pyorch.blind', '', true);
  v_done := pyorch._dispatch(
    p_kind, (p_run ->> 'run_id')::bigint, (p_run ->> 'deadline')::timestamptz
  );
  return pg_catalog.jsonb_build_object(
    -- see pyorch._queue_pending
    'why', 'locked, decided by the last known depth: '
      || nullif(pg_catalog.current_setting('pyorch.blind'), ''),
    'incomplete', not coalesce((v_done ->> 'complete')::boolean, true),
    'answer', pg_catalog.jsonb_build_object(
      p_kind || 's_triggered', coalesce(v_done -> 'triggered', '[]'),
      'not_triggered',
        coalesce(p_run -> 'not_triggered', '[]') || coalesce(v_done -> 'skipped', '[]')
    )
  );
end;
$$;

comment on function pyorch._step_dispatch(jsonb, text) is
  'Step of a run: decide the calls of one kind of endpoints.';

revoke all on function pyorch._step_dispatch(jsonb, text) from public;
