-- pyorch._net_epoch()
-- The present epoch of pg_net's request ids. Begins a new one where the sentinel is gone (a crash
-- emptied it together with pg_net's tables) or was made for another queue table. Every hand-over
-- calls this in its own transaction.
-- Writes: pyorch.net_epoch, pyorch.net_sentinel.
create or replace function pyorch._net_epoch()
  returns bigint
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_table constant oid := pg_catalog.to_regclass('net.http_request_queue')::oid;
  v_epoch bigint;
begin
  select s.epoch into v_epoch from pyorch.net_sentinel s where s.queue_table = v_table;
  if found then
    return v_epoch;
  end if;
  -- one at a time; whoever waited finds the sentinel that the other one wrote
  perform from pyorch.net_epoch n for update;
  select s.epoch into v_epoch from pyorch.net_sentinel s where s.queue_table = v_table;
  if found then
    return v_epoch;
  end if;
  update pyorch.net_epoch n set epoch = n.epoch + 1 returning n.epoch into v_epoch;
  delete from pyorch.net_sentinel;
  insert into pyorch.net_sentinel (epoch, queue_table) values (v_epoch, v_table);
  return v_epoch;
end;
$$;

comment on function pyorch._net_epoch() is
  'The epoch of pg_net''s request ids; a new one after a crash.';

revoke all on function pyorch._net_epoch() from public;
