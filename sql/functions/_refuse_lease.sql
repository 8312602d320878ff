-- pyorch._refuse_lease(interval)
-- A lease that claim and heartbeat do not give: over at once, or longer than the option of a queue
-- may be. An item whose worker died would come back too late, or never.
create or replace function pyorch._refuse_lease(p_lease interval)
  returns void
  language plpgsql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode = 'PY001',
    message = pg_catalog.format('"lease" is no interval that fits: %s', p_lease),
    hint = 'Give one from 00:00:01 to 30 days, such as "00:15:00". Longer work: '
           'pyorch.heartbeat(queue, receipts) now and then; to give items back: '
           'pyorch.release(queue, receipts).';
end;
$$;

comment on function pyorch._refuse_lease(interval) is
  'Refuse a lease that is out of range (PY001).';

revoke all on function pyorch._refuse_lease(interval) from public;
