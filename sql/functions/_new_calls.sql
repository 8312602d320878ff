-- pyorch._new_calls(pyorch.endpoint, integer, bigint, text, text, bigint, boolean, timestamptz)
-- Write new calls into the ledger and hand them over: to pg_net in this very transaction, to the
-- agents by a notification at its commit.
-- Calls: pyorch._hand_to_net.  Writes: pyorch.call.
create or replace function pyorch._new_calls(
  p_endpoint pyorch.endpoint,
  p_count integer,
  p_run_id bigint,
  p_source text,
  -- agent | pg_net
  p_transport text,
  -- items that waited
  p_pending bigint,
  p_probe boolean,
  p_now timestamptz,
  -- what trigger gave
  p_body jsonb default null
)
  returns bigint[]
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_ids bigint[];
begin
  with new as (
    insert into pyorch.call (endpoint_id, run_id, source, body, decided_at, pending, probe)
    select (p_endpoint).endpoint_id, p_run_id, p_source, p_body, p_now, p_pending, p_probe
      from pg_catalog.generate_series(1, p_count)
    returning call_id
  )
  select coalesce(pg_catalog.array_agg(n.call_id order by n.call_id), '{}') into v_ids from new n;
  if p_transport = 'pg_net' then
    perform pyorch._hand_to_net(v_ids, p_now);
  else
    perform pg_catalog.pg_notify('pyorch_calls', '');
  end if;
  return v_ids;
end;
$$;

comment on function pyorch._new_calls(pyorch.endpoint, integer, bigint, text, text, bigint, boolean,
  timestamptz, jsonb) is
  'Write new calls into the ledger and hand them over; answers their ids.';

revoke all on function pyorch._new_calls(pyorch.endpoint, integer, bigint, text, text, bigint,
  boolean, timestamptz, jsonb)
  from public;
