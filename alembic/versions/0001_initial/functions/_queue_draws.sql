-- pyorch._queue_draws(text, bigint[])
-- Up to which id claims of a native queue draw what they take from its front: while more than 64
-- items stand beyond, not beyond the session's high mark, nor 160 past where it last looked.
create or replace function pyorch._queue_draws(
  p_queue text,
  -- the session's, as _native_claim keeps it
  p_cursor bigint[]
)
  returns bigint
  language sql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select least(
    p_cursor[1] + 160,
    least(
      p_cursor[3],
      pg_catalog.pg_sequence_last_value(('pyorch.q_id_' || p_queue)::regclass)
    ) - 64
  );
$$;

comment on function pyorch._queue_draws(text, bigint[]) is
  'Up to which id claims of a native queue draw what they take.';

revoke all on function pyorch._queue_draws(text, bigint[]) from public;
