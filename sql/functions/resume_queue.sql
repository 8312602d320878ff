-- pyorch.resume_queue(text)
-- Claims of this queue give items again.
-- Calls: pyorch._set_paused.
create or replace function pyorch.resume_queue(queue text)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  perform pyorch._set_paused(resume_queue.queue, false);
end;
$$;

comment on function pyorch.resume_queue(text) is
  'Claims of this queue give items again. Raises PY002.';

revoke all on function pyorch.resume_queue(text) from public;

call pyorch._grant('operator', 'execute', 'function', 'pyorch.resume_queue(text)');
