-- pyorch._look_at_calls()
-- Raise (or, should something have been passed over, lower) the mark below which pyorch.call holds
-- nothing: a full look, every 10 seconds at most. Waits for nobody.
-- Reads: pyorch.call.  Writes: pyorch.call_mark.
create or replace function pyorch._look_at_calls()
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_last bigint;
  v_first bigint;
begin
  perform
     from pyorch.call_mark m
    where m.looked_at not between pg_catalog.clock_timestamp() - interval '10 seconds'
                              and pg_catalog.clock_timestamp()
      for update skip locked;
  if not found then
    return;
  end if;
  -- in this order: an id that is taken in between is not below it
  select s.last_value into v_last from pyorch.call_id s;
  select coalesce(min(c.call_id), v_last) into v_first from pyorch.call c;
  update pyorch.call_mark m
     set low = least(m.next_low, v_first),
         next_low = v_first,
         looked_at = pg_catalog.clock_timestamp();
end;
$$;

comment on function pyorch._look_at_calls() is
  'Move the low-water mark of pyorch.call.';

revoke all on function pyorch._look_at_calls() from public;
