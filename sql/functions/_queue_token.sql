-- pyorch._queue_token(integer)
-- The claim counter of a queue: it moves at each claim.
-- Reads: pyorch.queue, pyorch.q_token_<queue>.
create or replace function pyorch._queue_token(p_queue_id integer)
  returns bigint
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue text;
  v_token bigint;
begin
  select q.queue into v_queue from pyorch.queue q where q.queue_id = p_queue_id;
  if found then
    execute 'select last_value from pyorch.q_token_' || v_queue into v_token;
  end if;
  return v_token;
end;
$$;

comment on function pyorch._queue_token(integer) is
  'The claim counter of a queue; null when there is no such queue.';

revoke all on function pyorch._queue_token(integer) from public;
