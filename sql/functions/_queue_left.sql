-- pyorch._queue_left(text)
-- Where a claim of a native queue that finds too little shall look: what came back lies behind
-- q_low, and what sessions left behind them (claims that were rolled back) behind q_sure.
create or replace function pyorch._queue_left(p_queue text)
  returns bigint
  language sql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select least(
    coalesce(pg_catalog.pg_sequence_last_value(('pyorch.q_low_' || p_queue)::regclass), 0),
    coalesce(pg_catalog.pg_sequence_last_value(('pyorch.q_sure_' || p_queue)::regclass), 0)
  );
$$;

comment on function pyorch._queue_left(text) is
  'Where a claim of a native queue that finds too little shall look.';

revoke all on function pyorch._queue_left(text) from public;
