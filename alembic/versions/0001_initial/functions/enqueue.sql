-- pyorch.enqueue(text, jsonb, text, integer, timestamptz, text)
-- Put one item into a native queue, in the caller's transaction.
-- Calls: pyorch._enqueue.
create or replace function pyorch.enqueue(
  queue text,
  payload jsonb,
  -- unique among the unfinished items of the queue; what happens else: option key_conflict
  key text default null,
  -- from -10000 to 10000, a larger one goes first; few different ones are best
  priority integer default 0,
  -- not to be claimed before
  run_at timestamptz default null,
  -- items of one group are worked on one at a time, in the order of enqueue
  "group" text default null
)
  returns text
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    pyorch._enqueue(
      enqueue.queue,
      array[enqueue.payload],
      case when enqueue.key is not null then array[enqueue.key] end,
      enqueue.priority,
      enqueue.run_at,
      enqueue."group"
    )
  )[1];
end;
$$;

comment on function pyorch.enqueue(text, jsonb, text, integer, timestamptz, text) is
  'Put one item into a native queue, not to be claimed before run_at (finite); returns its id. '
  'Raises PY001 (argument, or an attached queue), PY002, PY014 (the key is taken and the queue''s '
  'key_conflict is refuse).';

revoke all on function pyorch.enqueue(text, jsonb, text, integer, timestamptz, text) from public;

call pyorch._grant(
  'worker', 'execute', 'function', 'pyorch.enqueue(text,jsonb,text,integer,timestamptz,text)'
);
