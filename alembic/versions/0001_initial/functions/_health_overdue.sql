-- pyorch._health_overdue(timestamptz)
-- Native queues with items whose lease ran out more than a minute ago: nobody unlocks. Looks at
-- the first 1,000 items in work of each lane.
-- Reads: pyorch.queue, pyorch.queue_mark, pyorch.native_<queue>.
create or replace function pyorch._health_overdue(p_now timestamptz)
  returns table (
    severity text,
    code text,
    subject text,
    since timestamptz,
    evidence text,
    advice text
  )
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v record;
  v_overdue bigint;
  v_since timestamptz;
begin
  for v in
    select q.queue, m.live
      from pyorch.queue q
      join pyorch.queue_mark m on m.queue_id = q.queue_id
     where q.kind = 'native'
     order by q.queue
  loop
    execute pg_catalog.format(
      'select pg_catalog.count(*), pg_catalog.min(s.lease_until)'
      '  from pyorch.lane_%1$s l cross join lateral ('
      '    select i.lease_until from pyorch.native_%1$s i'
      '     where i.priority = l.priority and i.id > $1 order by i.id limit 1000) s'
      ' where s.lease_until < $2',
      v.queue
    ) into v_overdue, v_since using v.live, p_now - interval '1 minute';
    if v_overdue > 0 then
      return query select 'critical', 'orphans', v.queue, v_since,
        pg_catalog.format(
          'at least %s items in work have lost their lease, and nobody unlocks', v_overdue
        ),
        'check the scheduler (pyorch status); now: select * from pyorch.unlock();';
    end if;
  end loop;
end;
$$;

comment on function pyorch._health_overdue(timestamptz) is
  'Native queues with orphans that nobody unlocks.';

revoke all on function pyorch._health_overdue(timestamptz) from public;
