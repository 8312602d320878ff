-- pyorch.pause_queue(text)
-- Claims of this queue give nothing until it is resumed. What is in work goes on; unlock, too.
-- Calls: pyorch._set_paused.
create or replace function pyorch.pause_queue(queue text)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  perform pyorch._set_paused(pause_queue.queue, true);
end;
$$;

comment on function pyorch.pause_queue(text) is
  'Claims of this queue give nothing until it is resumed. What is in work goes on; unlock, too. '
  'Raises PY002.';

revoke all on function pyorch.pause_queue(text) from public;

call pyorch._grant('operator', 'execute', 'function', 'pyorch.pause_queue(text)');
