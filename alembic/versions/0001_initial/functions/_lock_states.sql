-- pyorch._lock_states(integer[])
-- Lock the states of endpoints and answer which of them. Who holds one is nearly always about to
-- commit; what is held longer (an open transaction that has triggered a call) is left out, so that
-- it keeps up no other endpoint.
-- Reads: pyorch.endpoint_state (row locks).
create or replace function pyorch._lock_states(p_endpoint_ids integer[])
  returns integer[]
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '100ms'
as $$
declare
  v_locked integer[];
begin
  v_locked := array(
    select s.endpoint_id
      from pyorch.endpoint_state s
     where s.endpoint_id = any (p_endpoint_ids)
     order by s.endpoint_id
       for no key update skip locked
  );
  if pg_catalog.cardinality(v_locked) < pg_catalog.cardinality(p_endpoint_ids) then
    -- a block of its own: most calls need no subtransaction
    begin
      v_locked := array(
        select s.endpoint_id
          from pyorch.endpoint_state s
         where s.endpoint_id = any (p_endpoint_ids)
         order by s.endpoint_id
           for no key update
      );
    exception
      when lock_not_available then null;
    end;
  end if;
  return v_locked;
end;
$$;

comment on function pyorch._lock_states(integer[]) is
  'Lock the states of endpoints, but for those that stay locked by others; answers which.';

revoke all on function pyorch._lock_states(integer[]) from public;
