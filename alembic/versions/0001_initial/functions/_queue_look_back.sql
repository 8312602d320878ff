-- pyorch._queue_look_back(text, bigint, bigint, integer)
-- Where a session whose last claim is far behind the front of its native queue shall look for what
-- was left there: a claim that was rolled back, an enqueue that committed late. One session does so
-- for all, when nobody has for 160 claims; the others follow the front (null). Were it each for
-- itself, each claim out of eight of eight sessions would read 80 rows.
create or replace function pyorch._queue_look_back(
  p_queue text,
  p_front bigint,
  -- where the session's last claim ended
  p_position bigint,
  p_batch integer
)
  returns bigint
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_sequence constant regclass := 'pyorch.q_seen_' || p_queue;
  -- null: nobody has yet
  v_seen constant bigint := pg_catalog.pg_sequence_last_value(v_sequence);
begin
  if v_seen between p_front - 160 * p_batch and p_front then
    return null;
  end if;
  perform pg_catalog.setval(v_sequence, p_front);
  return greatest(least(p_position, v_seen) - 16, p_front - 192 * p_batch);
end;
$$;

comment on function pyorch._queue_look_back(text, bigint, bigint, integer) is
  'From where a claim looks back at what was left behind; null: it need not.';

revoke all on function pyorch._queue_look_back(text, bigint, bigint, integer) from public;
