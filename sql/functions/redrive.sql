-- pyorch.redrive(text, text[])
-- Send dead letters back to pending, their attempts and lease losses counted from 0 again; their
-- history stays.
-- Calls: pyorch._q_redrive_<queue>.  Reads: pyorch.queue.
create or replace function pyorch.redrive(
  queue text,
  -- null: all of them
  item_ids text[] default null
)
  returns bigint
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_sent bigint;
begin
  perform pyorch._queue_id(redrive.queue);
  execute 'select pyorch._q_redrive_' || redrive.queue || '($1)' into v_sent using redrive.item_ids;
  return v_sent;
end;
$$;

comment on function pyorch.redrive(text, text[]) is
  'Send dead letters (null: all) back to pending; returns how many. One whose key is taken by a '
  'newer item stays dead. In its group it goes before younger ones. Raises PY002.';

revoke all on function pyorch.redrive(text, text[]) from public;

call pyorch._grant('operator', 'execute', 'function', 'pyorch.redrive(text,text[])');
