-- pyorch._call_partitions(integer)
-- Keep daily partitions of the history for today and the days ahead. Answers how many were made.
-- Waits for no lock beyond 100 ms: what could not be made is made by the next run, and the default
-- partition catches rows meanwhile; they move when their day gets its partition.
-- Calls: pyorch._make_call_partition.
create or replace function pyorch._call_partitions(
  -- days ahead of today
  p_ahead integer default 7
)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_day date;
  v_made integer := 0;
begin
  for v_day in
    select (pyorch._now() at time zone 'UTC')::date + i
      from pg_catalog.generate_series(0, p_ahead) i
  loop
    if pyorch._make_call_partition(v_day) then
      v_made := v_made + 1;
    end if;
  end loop;
  return v_made;
end;
$$;

comment on function pyorch._call_partitions(integer) is
  'Make the daily partitions of the call history ahead; answers how many.';

revoke all on function pyorch._call_partitions(integer) from public;
