-- pyorch._queue_returns(text)
-- How often something has come back to a native queue; null where it has had other priorities than
-- 0. The first of another priority sets q_lanes_<queue>, then counts q_back_<queue> up, then comes:
-- who asks for them the other way round cannot see the count of one whose priority it misses.
create or replace function pyorch._queue_returns(p_queue text)
  returns bigint
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_back constant bigint := pg_catalog.pg_sequence_last_value(
    ('pyorch.q_back_' || p_queue)::regclass);
begin
  if pg_catalog.pg_sequence_last_value(('pyorch.q_lanes_' || p_queue)::regclass) is null then
    return v_back;
  end if;
  return null;
end;
$$;

comment on function pyorch._queue_returns(text) is
  'How often something has come back to a native queue; null: it has several priorities.';

revoke all on function pyorch._queue_returns(text) from public;
