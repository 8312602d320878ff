-- pyorch._make_call_partition(date)
-- Make the history's partition of one day (UTC), unless it is there; false when it is, or when a
-- lock was not free within 100 ms. Made beside and then attached: that locks out only writers of
-- the default partition, not readers of the whole.
-- Calls: pyorch._close_off.
create or replace function pyorch._make_call_partition(p_day date)
  returns boolean
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '100ms'
  set timezone = 'UTC'
as $$
declare
  v_name constant text := 'call_history_' || pg_catalog.to_char(p_day, 'YYYYMMDD');
begin
  if pg_catalog.to_regclass('pyorch.' || v_name) is not null then
    return false;
  end if;
  execute pg_catalog.format(
    'create table pyorch.%I (like pyorch.call_history including defaults including constraints)',
      v_name
  );
  call pyorch._close_off('table', 'pyorch.' || v_name);
  execute pg_catalog.format(
    'with moved as (delete from pyorch.call_history_default d where d.decided_at >= %L and '
    'd.decided_at < %L returning *) '
    'insert into pyorch.%I select * from moved',
    p_day::timestamptz, (p_day + 1)::timestamptz, v_name
  );
  execute pg_catalog.format(
    'alter table pyorch.call_history attach partition pyorch.%I for values from (%L) to (%L)',
    v_name, p_day::timestamptz, (p_day + 1)::timestamptz
  );
  return true;
exception
  when lock_not_available then
    return false;
end;
$$;

comment on function pyorch._make_call_partition(date) is
  'Make the call history''s partition of one day; false when there was nothing to do or no lock.';

revoke all on function pyorch._make_call_partition(date) from public;
