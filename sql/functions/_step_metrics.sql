-- pyorch._step_metrics(jsonb)
-- Step of a run: the depth of each queue, by capped probes. A queue that is locked shows its last
-- known depth.
-- Calls: pyorch._look_at_queue, pyorch._keep_depth.
create or replace function pyorch._step_metrics(p_run jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  -- half of what is left: they may come first, but they never cost a trigger
  v_until constant timestamptz := pg_catalog.clock_timestamp()
    + ((p_run ->> 'deadline')::timestamptz - pg_catalog.clock_timestamp()) / 2;
  v_depths jsonb := '{}';
  v_errors jsonb := '[]';
  v_depth jsonb;
  v record;
begin
  for v in
    select q.queue_id, q.queue from pyorch.queue q where q.queue not like '\_%' order by q.queue
  loop
    if pg_catalog.clock_timestamp() >= v_until then
      return pg_catalog.jsonb_build_object(
        'incomplete', true,
        'why', 'budget',
        'errors', v_errors,
        'answer', pg_catalog.jsonb_build_object('queue_depths', v_depths)
      );
    end if;
    v_depth := pyorch._look_at_queue(v.queue_id);
    if not v_depth ?| '{error,as_of}' then
      perform pyorch._keep_depth(v.queue_id, v_depth);
    end if;
    v_depths := v_depths || pg_catalog.jsonb_build_object(v.queue, v_depth - 'error');
    if v_depth ? 'error' then
      v_errors := v_errors || pg_catalog.jsonb_build_object(
        'step', 'metrics', 'subject', v.queue, 'message', v_depth -> 'error'
      );
    end if;
  end loop;
  return pg_catalog.jsonb_build_object(
    'state', case when v_errors = '[]' then 'ok' else 'failed' end,
    'errors', v_errors,
    'answer', pg_catalog.jsonb_build_object('queue_depths', v_depths)
  );
end;
$$;

comment on function pyorch._step_metrics(jsonb) is
  'Step of a run: the depth of each queue, by capped probes.';

revoke all on function pyorch._step_metrics(jsonb) from public;
