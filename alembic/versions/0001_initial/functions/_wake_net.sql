-- pyorch._wake_net(timestamptz)
-- Calls wait in pg_net for more than 2 seconds: wake its worker. A wake-up is lost when one of its
-- tables was locked at that moment, and it does not look again by itself. Also watches for a worker
-- that dies and sends its batch again, each second.
-- Calls: net.wake.  Writes: pyorch.net_epoch.
create or replace function pyorch._wake_net(
  -- hand-over of the oldest open call, wall clock
  p_since timestamptz
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := pg_catalog.clock_timestamp();
  v_sick boolean;
begin
  if p_since > v_now - interval '2 seconds' then
    return;
  end if;
  if pg_catalog.to_regprocedure('net.wake()') is not null then
    execute pg_catalog.format('select %I.wake()', 'net');
  end if;
  -- null where we may not see other roles' processes
  select case
           when pg_catalog.bool_or(a.backend_type = 'checkpointer') then not coalesce(
             pg_catalog.bool_or(
               a.backend_type like 'pg_net%' and a.backend_start < v_now - interval '5 seconds'
             ),
             false
           )
         end
    into v_sick
    from pg_catalog.pg_stat_activity a;
  update pyorch.net_epoch n
     set young_worker = case when v_sick then n.young_worker + 1 else 0 end,
         young_since = case when v_sick then coalesce(n.young_since, v_now) end
   where v_sick or n.young_worker > 0;
end;
$$;

comment on function pyorch._wake_net(timestamptz) is
  'Wake pg_net''s worker, and watch whether it keeps dying.';

revoke all on function pyorch._wake_net(timestamptz) from public;
