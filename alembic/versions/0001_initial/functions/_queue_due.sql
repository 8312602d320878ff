-- pyorch._queue_due(text, timestamptz)
-- Since when what waits in a native queue may have become due: see pyorch._queue_all_due.
create or replace function pyorch._queue_due(p_queue text, p_now timestamptz)
  returns timestamptz
  language sql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select case
           when d.at <= p_now then d.at
           -- the clock was set back
           else '-infinity'
         end
    from pg_catalog.pg_sequence_last_value(('pyorch.q_due_' || p_queue)::regclass) m (mark)
   cross join lateral (
      select pg_catalog.to_timestamp(coalesce(m.mark, 0) / 1000.0) - interval '1 minute'
    ) d (at);
$$;

comment on function pyorch._queue_due(text, timestamptz) is
  'Since when what waits in a native queue may have become due.';

revoke all on function pyorch._queue_due(text, timestamptz) from public;
