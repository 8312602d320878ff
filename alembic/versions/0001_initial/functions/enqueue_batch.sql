-- pyorch.enqueue_batch(text, jsonb[], text[], integer, timestamptz, text)
-- Put several items into a native queue, in the caller's transaction.
-- Calls: pyorch._enqueue.
create or replace function pyorch.enqueue_batch(
  queue text,
  payloads jsonb[],
  -- one for each payload, in the same order; null: none has one
  keys text[] default null,
  priority integer default 0,
  run_at timestamptz default null,
  "group" text default null
)
  returns setof text
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select pg_catalog.unnest(
      pyorch._enqueue(
        enqueue_batch.queue,
        enqueue_batch.payloads,
        enqueue_batch.keys,
        enqueue_batch.priority,
        enqueue_batch.run_at,
        enqueue_batch."group"
      )
    );
end;
$$;

comment on function pyorch.enqueue_batch(text, jsonb[], text[], integer, timestamptz, text) is
  'Put several items into a native queue, not to be claimed before run_at (finite); returns their '
  'ids in the order of the payloads. '
  'Raises PY001 (argument, or an attached queue), PY002, PY014 (a key is taken and the queue''s '
  'key_conflict is refuse).';

revoke all on function pyorch.enqueue_batch(text, jsonb[], text[], integer, timestamptz, text)
  from public;

call pyorch._grant(
  'worker', 'execute', 'function',
  'pyorch.enqueue_batch(text,jsonb[],text[],integer,timestamptz,text)'
);
