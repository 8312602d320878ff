-- pyorch._pg_net_sick()
-- Whether pg_net's worker keeps dying, as pyorch._wake_net has seen it: three looks in a row, over
-- more than 10 seconds, found it just started or not there. A worker that was merely restarted is
-- well again before that.
-- Reads: pyorch.net_epoch.
create or replace function pyorch._pg_net_sick()
  returns boolean
  language sql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  select n.young_worker >= 3
         and n.young_since < pg_catalog.clock_timestamp() - interval '10 seconds'
    from pyorch.net_epoch n;
$$;

comment on function pyorch._pg_net_sick() is
  'Whether pg_net''s worker keeps dying.';

revoke all on function pyorch._pg_net_sick() from public;
