-- pyorch._withdraw_from_net(bigint[], bigint)
-- Delete requests of lost calls from pg_net's queue. One that is in flight at this moment is locked
-- by pg_net's worker and stays.
-- Reads: pyorch.call.  Writes: net.http_request_queue.
create or replace function pyorch._withdraw_from_net(p_call_ids bigint[], p_epoch bigint)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_ids bigint[];
begin
  if p_epoch is null then
    return;
  end if;
  v_ids := array(
    select c.net_request_id
      from pyorch.call c
     where c.call_id = any (p_call_ids)
       and c.transport = 'pg_net'
       and c.epoch = p_epoch
  );
  if v_ids <> '{}' then
    execute pg_catalog.format(
      'delete from %1$I.http_request_queue where ctid = any (array('
      'select q.ctid from %1$I.http_request_queue q where q.id = any ($1) for update skip locked))',
      'net'
    )
      using v_ids;
  end if;
end;
$$;

comment on function pyorch._withdraw_from_net(bigint[], bigint) is
  'Take the requests of lost calls out of pg_net''s queue.';

revoke all on function pyorch._withdraw_from_net(bigint[], bigint) from public;
