-- pyorch._queue_low(text, bigint, boolean)
-- Move the shared mark of a native queue: pending items are to be looked for behind this position,
-- not before it. Down at once, when items came back, and told to sessions that are ahead; up only
-- when it is worth a record in the log. A hint: a mark that is wrong for a while delays an item
-- until the next exact look, never more. It goes up with sessions, past what they may have left
-- behind; the other mark, which goes down with it, does not: pyorch._queue_sure.
create or replace function pyorch._queue_low(
  p_queue text,
  -- null: leave it
  p_to bigint,
  -- may it go up, too?
  p_up boolean
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_sequence constant regclass := 'pyorch.q_low_' || p_queue;
  v_low constant bigint := coalesce(pg_catalog.pg_sequence_last_value(v_sequence), 0);
  v_sure constant regclass := 'pyorch.q_sure_' || p_queue;
begin
  if p_to < v_low or (p_to is not null and not p_up) then
    -- sessions that are ahead see that something came back
    perform pg_catalog.nextval(('pyorch.q_back_' || p_queue)::regclass);
  end if;
  if p_to < v_low or (p_up and p_to > v_low + 200) then
    perform pg_catalog.setval(v_sequence, greatest(p_to, 0));
  end if;
  if not p_up and p_to < pg_catalog.pg_sequence_last_value(v_sure) then
    perform pg_catalog.setval(v_sure, greatest(p_to, 0));
  end if;
end;
$$;

comment on function pyorch._queue_low(text, bigint, boolean) is
  'Move the shared mark of a native queue.';

revoke all on function pyorch._queue_low(text, bigint, boolean) from public;
