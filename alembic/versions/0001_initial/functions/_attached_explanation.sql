-- pyorch._attached_explanation(integer, text, text, integer, jsonb, boolean, timestamptz)
-- What pyorch.explain_item() answers for an item of an attached table, from its row and its state.
-- Reads: pyorch.queue, pyorch.attached.
create or replace function pyorch._attached_explanation(
  p_queue_id integer,
  p_item_id text,
  -- the table's own word
  p_status text,
  p_attempts integer,
  -- the row of pyorch.item_state; null: none
  p_state jsonb,
  -- a claim would take it now
  p_ready boolean,
  p_now timestamptz
)
  returns jsonb
  language sql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'queue', q.queue,
    'item_id', p_item_id,
    'relation', q.relation::text,
    'status', coalesce(w.word, 'other'),
    'status_in_table', p_status,
    'attempts', p_attempts,
    'max_attempts', q.max_attempts,
    'lease_losses', coalesce((p_state ->> 'lease_losses')::integer, 0),
    'max_lease_losses', q.max_lease_losses,
    'worker', p_state ->> 'worker',
    'lease_until', p_state ->> 'lease_until',
    'run_at', p_state ->> 'retry_at',
    'error', p_state ->> 'last_error',
    'history', coalesce(nullif(p_state -> 'history', 'null'), '[]'),
    'claimable', p_ready and not q.paused,
    'why', case
      when w.word = 'complete' then 'it is complete'
      when w.word = 'failed' then 'it is dead: pyorch.redrive() sends it back'
      when w.word is null then 'its status is none of those that pyorch handles'
      when w.word = 'processing' and p_state ->> 'phase' = 'working' then case
        when (p_state ->> 'lease_until')::timestamptz > p_now
          then 'a worker has it until lease_until'
        else 'its lease ran out: the next unlock returns it'
      end
      when w.word = 'processing' then 'other code has it: unlock judges it by its age'
      when q.paused then 'the queue is paused'
      when (p_state ->> 'retry_at')::timestamptz > p_now
        then 'it waits for its next attempt until run_at'
      when p_ready then 'it is next, or others stand before it'
      else 'it waits for its time, for its group, or the queue''s condition leaves it out'
    end
  ))
    from pyorch.queue q
    join pyorch.attached a on a.queue_id = q.queue_id
    left join lateral (
      select s.key as word from pg_catalog.jsonb_each_text(a.statuses) s where s.value = p_status
    ) w on true
   where q.queue_id = p_queue_id;
$$;

comment on function pyorch._attached_explanation(
  integer, text, text, integer, jsonb, boolean, timestamptz
) is
  'The answer of explain_item for an attached table.';

revoke all on function pyorch._attached_explanation(
  integer, text, text, integer, jsonb, boolean, timestamptz
) from public;
