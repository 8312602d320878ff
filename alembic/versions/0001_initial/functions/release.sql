-- pyorch.release(text, text[])
-- Give items back unharmed: pending at once, the attempt not counted.
-- Calls: pyorch._q_release_<queue>, pyorch._free_slots.  Reads: pyorch.queue.
create or replace function pyorch.release(queue text, receipts text[])
  returns setof text
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_limited boolean;
  v_released text[];
begin
  select q.concurrency is not null
    into v_limited
    from pyorch.queue q
   where q.queue = release.queue;
  if not found then
    perform pyorch._queue_id(release.queue);
  end if;
  execute 'select array(select pyorch._q_release_' || release.queue || '($1))'
    into v_released
    using release.receipts;
  if v_limited then
    perform pyorch._free_slots(release.queue, v_released);
  end if;
  return query select r from pg_catalog.unnest(v_released) r;
end;
$$;

comment on function pyorch.release(text, text[]) is
  'Give items back unharmed; returns the receipts that were accepted. Raises PY002.';

revoke all on function pyorch.release(text, text[]) from public;

call pyorch._grant('worker', 'execute', 'function', 'pyorch.release(text,text[])');
