-- pyorch._queue_follow(text, bigint[], bigint, bigint)
-- The cursor of a session that goes on at the front of its native queue. Where nothing came back
-- since it last passed the high mark, it keeps both shared marks near the front: claims never have
-- to stop for the high one, and a new session starts at the low one. The first to come within 256
-- items does so for all.
-- Calls: pyorch._queue_draws, pyorch._queue_low.
create or replace function pyorch._queue_follow(
  p_queue text,
  -- as _native_claim keeps it
  p_cursor bigint[],
  p_front bigint,
  -- how often something has come back
  p_back bigint
)
  returns bigint[]
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_sequence constant regclass := 'pyorch.q_high_' || p_queue;
begin
  if p_back = p_cursor[4] then
    p_cursor[3] := coalesce(pg_catalog.pg_sequence_last_value(v_sequence), 0);
    if p_cursor[3] < p_front + 256 then
      p_cursor[3] := pg_catalog.nextval(v_sequence);
      perform pyorch._queue_low(p_queue, p_cursor[1] - 16, true);
    end if;
  end if;
  p_cursor[1] := p_front;
  p_cursor[6] := pyorch._queue_draws(p_queue, p_cursor);
  return p_cursor;
end;
$$;

comment on function pyorch._queue_follow(text, bigint[], bigint, bigint) is
  'The cursor of a session of a native queue that goes on at the front.';

revoke all on function pyorch._queue_follow(text, bigint[], bigint, bigint) from public;
