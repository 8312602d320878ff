-- pyorch._explained(jsonb, text, text)
-- The answer of explain_item for a row of a native queue, without its payload.
create or replace function pyorch._explained(p_item jsonb, p_status text, p_why text)
  returns jsonb
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.jsonb_strip_nulls(
    pg_catalog.jsonb_build_object(
      'item_id', p_item ->> 'id',
      'status', p_status,
      'why', p_why,
      'priority', p_item -> 'priority',
      'attempts', p_item -> 'attempts',
      'lease_losses', p_item -> 'lease_losses',
      'key', p_item -> 'key',
      'group', p_item -> 'group_name',
      'since', p_item -> 'since',
      'run_at', p_item -> 'run_at',
      'worker', p_item -> 'worker',
      'claimed_at', p_item -> 'claimed_at',
      'lease_until', p_item -> 'lease_until',
      'died_at', p_item -> 'died_at',
      'finished_at', p_item -> 'finished_at',
      'error', coalesce(p_item -> 'error', p_item -> 'history' -> -1 -> 'error'),
      'history', p_item -> 'history'
    )
  );
$$;

comment on function pyorch._explained(jsonb, text, text) is
  'The answer of explain_item for a row of a native queue.';

revoke all on function pyorch._explained(jsonb, text, text) from public;
