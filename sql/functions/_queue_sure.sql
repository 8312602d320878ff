-- pyorch._queue_sure(text, bigint)
-- Somebody has looked: nothing is pending in a native queue up to this position. So a claim that
-- finds too little begins to look behind it: pyorch._queue_left. Only when it is worth a record in
-- the log.
create or replace function pyorch._queue_sure(
  p_queue text,
  -- null: nobody knows
  p_up_to bigint
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_sequence constant regclass := 'pyorch.q_sure_' || p_queue;
begin
  if p_up_to > coalesce(pg_catalog.pg_sequence_last_value(v_sequence), 0) + 200 then
    perform pg_catalog.setval(v_sequence, p_up_to);
  end if;
end;
$$;

comment on function pyorch._queue_sure(text, bigint) is
  'Nothing is pending in a native queue up to this position.';

revoke all on function pyorch._queue_sure(text, bigint) from public;
