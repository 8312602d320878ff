-- pyorch.fail(text, text[], text, interval, boolean)
-- These items did not work out: tried again later, or dead when their attempts are used up or the
-- failure is permanent.
-- Calls: pyorch._q_fail_<queue>, pyorch._free_slots.  Reads: pyorch.queue.
create or replace function pyorch.fail(
  queue text,
  receipts text[],
  error text,
  -- null: the queue's backoff
  retry_in interval default null,
  permanent boolean default false
)
  returns table (receipt text, status text)
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_limited boolean;
begin
  select q.concurrency is not null
    into v_limited
    from pyorch.queue q
   where q.queue = fail.queue;
  if not found then
    perform pyorch._queue_id(fail.queue);
  end if;
  -- as far as the cap of a backoff may go
  if fail.retry_in < '0' or fail.retry_in > '30 days' then
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format('"retry_in" is no interval that fits: %s', fail.retry_in),
      hint = 'Give one from 00:00:00 to 30 days. At once: retry_in => ''0''; by the queue''s '
             'backoff: leave it out.';
  end if;
  for receipt, status in
    execute 'select f.receipt, f.status from pyorch._q_fail_' || fail.queue || '($1, $2, $3, $4) f'
      using fail.receipts, fail.error, fail.retry_in, coalesce(fail.permanent, false)
  loop
    if v_limited then
      perform pyorch._free_slots(fail.queue, array[fail.receipt]);
    end if;
    return next;
  end loop;
end;
$$;

comment on function pyorch.fail(text, text[], text, interval, boolean) is
  'Fail items: pending again after retry_in (null: backoff; 30 days at most), or failed for good '
  '(permanent, or attempts used up). Returns the accepted receipts with their new status. '
  'Raises PY001, PY002.';

revoke all on function pyorch.fail(text, text[], text, interval, boolean) from public;

call pyorch._grant(
  'worker', 'execute', 'function', 'pyorch.fail(text,text[],text,interval,boolean)'
);
