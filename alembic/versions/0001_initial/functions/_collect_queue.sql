-- pyorch._collect_queue(text)
-- Sample one queue: its depth by capped probes, its rates by differences of counters. The cost does
-- not grow with it.
-- Calls: pyorch._look_at_queue, pyorch._keep_depth, pyorch._queue_token, pyorch._per_minute,
-- pyorch._record_metrics.
create or replace function pyorch._collect_queue(p_queue text)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue pyorch.queue;
  v_depth jsonb;
begin
  select * into v_queue from pyorch.queue q where q.queue = p_queue;
  if not found then
    return pg_catalog.jsonb_build_object('state', 'skipped', 'why', 'dropped meanwhile');
  end if;
  v_depth := pyorch._look_at_queue(v_queue.queue_id);
  if v_depth ? 'error' then
    return pg_catalog.jsonb_build_object(
      'state', 'failed',
      'errors', pg_catalog.jsonb_build_array(
        pg_catalog.jsonb_build_object('step', 'queue:' || p_queue, 'message', v_depth -> 'error')
      )
    );
  end if;
  if v_depth ? 'as_of' then
    return pg_catalog.jsonb_build_object('state', 'skipped', 'why', 'its table is locked');
  end if;

  perform pyorch._keep_depth(v_queue.queue_id, v_depth);
  perform pyorch._record_metrics(
    'queue',
    p_queue,
    v_depth - 'estimated' || pg_catalog.jsonb_build_object(
      'claims_per_minute', pyorch._per_minute(
        'queue', p_queue, 'claims', pyorch._queue_token(v_queue.queue_id)
      ),
      'inserts_per_minute', pyorch._per_minute(
        'queue', p_queue, 'inserts', pg_catalog.pg_stat_get_tuples_inserted(v_queue.relation)
      ),
      'updates_per_minute', pyorch._per_minute(
        'queue', p_queue, 'updates', pg_catalog.pg_stat_get_tuples_updated(v_queue.relation)
      ),
      'deletes_per_minute', pyorch._per_minute(
        'queue', p_queue, 'deletes', pg_catalog.pg_stat_get_tuples_deleted(v_queue.relation)
      )
    ),
    (v_depth ->> 'estimated')::boolean
  );
  return '{}';
end;
$$;

comment on function pyorch._collect_queue(text) is
  'Sample one queue into the time series.';

revoke all on function pyorch._collect_queue(text) from public;
