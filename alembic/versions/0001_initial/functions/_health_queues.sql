-- pyorch._health_queues()
-- What is wrong with queues: orphans that nobody unlocks, dead letters, items that wait too long,
-- generated functions that are not ours any more, a snapshot that keeps dead rows.
-- Calls: pyorch._look_at_queue, pyorch._health_overdue, pyorch._attached_overdue,
-- pyorch._attached_health.  Reads: pyorch.queue.
create or replace function pyorch._health_queues()
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
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := pyorch._now();
  v record;
begin
  for v in
    select q.queue, q.paused, q.objective_oldest_pending as objective, d.pending, d.dead,
           pg_catalog.make_interval(secs => d.oldest_pending_seconds) as age
      from pyorch.queue q
      join pg_catalog.pg_class c on c.oid = q.relation
     -- caught: one that cannot be looked at must not hide what is wrong with it and with others
     cross join lateral pg_catalog.jsonb_to_record(pyorch._look_at_queue(q.queue_id))
       d (pending bigint, dead bigint, oldest_pending_seconds double precision)
     order by q.queue
  loop
    if v.dead > 0 then
      return query select 'warning', 'dead_letters', v.queue, null::timestamptz,
        pg_catalog.format('%s%s dead', case when v.dead > 10000 then 'over ' else '' end, v.dead),
        pg_catalog.format(
          'see why (select pyorch.explain_item(…)), then: select pyorch.redrive(%L);', v.queue
        );
    end if;
    if v.paused and v.pending > 0 then
      return query select 'warning', 'queue_paused', v.queue, null::timestamptz,
        pg_catalog.format('paused while %s items wait', v.pending),
        pg_catalog.format('select pyorch.resume_queue(%L);', v.queue);
    elsif v.age > v.objective then
      return query select 'warning', 'objective_missed', v.queue, v_now - v.age,
        pg_catalog.format('the oldest pending item waits since %s, longer than %s',
                          pg_catalog.date_trunc('second', v.age), v.objective),
        'look at the processor: select * from pyorch.endpoint_status;';
    end if;
  end loop;
  return query select * from pyorch._health_overdue(v_now);
  return query select * from pyorch._attached_overdue(v_now);
  return query select * from pyorch._attached_health();
end;
$$;

comment on function pyorch._health_queues() is
  'What is wrong with queues, as rows of pyorch.health.';

revoke all on function pyorch._health_queues() from public;

call pyorch._grant('viewer', 'execute', 'function', 'pyorch._health_queues()');
