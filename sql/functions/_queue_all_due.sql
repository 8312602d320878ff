-- pyorch._queue_all_due(text, timestamptz)
-- Nothing waits in a native queue whose time came before this moment: claims that look for it
-- start there.
create or replace function pyorch._queue_all_due(p_queue text, p_until timestamptz)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_sequence constant regclass := 'pyorch.q_due_' || p_queue;
  v_until constant bigint := extract(epoch from p_until) * 1000;
  v_was constant bigint := coalesce(pg_catalog.pg_sequence_last_value(v_sequence), 0);
begin
  -- each second is often enough, and backwards when the clock went back
  if pg_catalog.abs(v_until - v_was) > 1000 then
    perform pg_catalog.setval(v_sequence, greatest(v_until, 0));
  end if;
end;
$$;

comment on function pyorch._queue_all_due(text, timestamptz) is
  'Nothing waits in a native queue whose time came before this moment.';

revoke all on function pyorch._queue_all_due(text, timestamptz) from public;
