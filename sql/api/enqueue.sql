-- pyorch_api.enqueue(text,jsonb,text,integer,timestamptz,text)
-- For RPC: pyorch.enqueue() and nothing else. Security definer, so that the caller needs no right
-- on schema pyorch.
-- Calls: pyorch.enqueue.
create or replace function pyorch_api.enqueue(
  queue text,
  payload jsonb,
  key text default null,
  priority integer default 0,
  run_at timestamptz default null,
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
  return pyorch.enqueue(
    enqueue.queue,
    enqueue.payload,
    enqueue.key,
    enqueue.priority,
    enqueue.run_at,
    enqueue."group"
  );
end;
$$;

comment on function pyorch_api.enqueue(text,jsonb,text,integer,timestamptz,text) is
  'Put one item into a native queue: pyorch.enqueue() for RPC.';

revoke all on function pyorch_api.enqueue(text,jsonb,text,integer,timestamptz,text) from public;

call pyorch._grant(
  'worker', 'execute', 'function', 'pyorch_api.enqueue(text,jsonb,text,integer,timestamptz,text)'
);
