-- pyorch.unlock(text, integer)
-- Return orphans, items whose lease ran out, to pending; or to dead when their attempts or lease
-- losses are used up. Also brings in what waited for its time. Asked for all queues, one that
-- cannot be unlocked is a warning, and the others are.
-- Calls: pyorch._q_unlock_<queue>, pyorch._unlock_queue.  Reads: pyorch.queue.
create or replace function pyorch.unlock(
  -- null: all queues
  inout queue text default null,
  -- at most so many for each queue; null: 10000
  batch integer default null,
  out unlocked bigint,
  out dead bigint
)
  returns setof record
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_part jsonb;
begin
  if unlock.queue is not null then
    perform pyorch._queue_id(unlock.queue);
  end if;
  if unlock.batch < 1 then
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format('batch must be at least 1, not %s', unlock.batch),
      hint = 'Leave it out for 10000.';
  end if;
  if unlock.queue is not null then
    return query execute
      'select $1, u.unlocked, u.dead from pyorch._q_unlock_' || unlock.queue || '($2) u'
      using unlock.queue, coalesce(unlock.batch, 10000);
    return;
  end if;
  for queue in select q.queue from pyorch.queue q order by q.queue loop
    v_part := pyorch._unlock_queue(queue, coalesce(unlock.batch, 10000));
    if v_part ? 'message' then
      raise warning using
        message = pg_catalog.format(
          'queue "%s" cannot be unlocked: %s', queue, v_part ->> 'message'),
        hint = 'See: select * from pyorch.health;';
    end if;
    unlocked := coalesce((v_part ->> 'unlocked')::bigint, 0);
    dead := coalesce((v_part ->> 'dead')::bigint, 0);
    return next;
  end loop;
end;
$$;

comment on function pyorch.unlock(text, integer) is
  'Return orphans of one queue, or of all, to pending or dead, at most batch (10000) for each '
  'queue. One row for each queue. Raises PY001, PY002.';

revoke all on function pyorch.unlock(text, integer) from public;

call pyorch._grant('operator', 'execute', 'function', 'pyorch.unlock(text,integer)');
