-- pyorch._attached_overdue(timestamptz)
-- Attached queues with items in work whose lease ran out more than a minute ago, or that other
-- code left in processing for longer than a lease: nobody unlocks. Looks at 1,000 of each kind, and
-- not at all where that would mean to read a large table without its index, or to wait for a lock.
-- Calls: pyorch._attached_pieces, pyorch._attached_blind, pyorch._fill_template.
-- Reads: pyorch.queue, pyorch.attached, pyorch.item_state, the attached tables.
create or replace function pyorch._attached_overdue(p_now timestamptz)
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
  set lock_timeout = '100ms'
as $$
declare
  v record;
  v_overdue bigint;
begin
  for v in
    select q.queue_id, q.queue,
           case when a.old_until > p_now then a.old_lease else q.lease end as lease
      from pyorch.queue q
      join pyorch.attached a on a.queue_id = q.queue_id
      join pg_catalog.pg_class c on c.oid = q.relation
     where q.kind = 'attached'
     order by q.queue
  loop
    select pg_catalog.count(*)
      into v_overdue
      from (
        select
          from pyorch.item_state s
         where s.queue_id = v.queue_id
           and s.phase = 'working'
           and s.lease_until < p_now - interval '1 minute'
         limit 1000
      ) s;
    begin
      if not pyorch._attached_blind(v.queue_id) then
        execute pyorch._fill_template(
          'select $1 + pg_catalog.count(*) from ('
            'select from {rel} k, (select $2::timestamptz as v_cutoff) c'
            ' where ({stale_k} or {has_undated} and {undated_k}) and not exists ('
            'select from pyorch.item_state s'
            ' where s.queue_id = {q} and s.item_id = k.{id}::text and s.token <> 0) limit 1000) x',
          pyorch._attached_pieces(v.queue_id)
        )
          into v_overdue
          using v_overdue, p_now - v.lease - interval '1 minute';
      end if;
    exception
      -- a lock on the table; a column gone, rights lost: those have rows of their own
      when lock_not_available or undefined_column or insufficient_privilege then
        null;
    end;
    if v_overdue > 0 then
      return query select 'critical', 'orphans', v.queue, null::timestamptz,
        pg_catalog.format(
          'at least %s items are stuck in work for longer than a lease, and nobody unlocks',
          v_overdue
        ),
        'check the scheduler (pyorch status); now: select * from pyorch.unlock();';
    end if;
  end loop;
end;
$$;

comment on function pyorch._attached_overdue(timestamptz) is
  'Attached queues with stuck items that nobody unlocks.';

revoke all on function pyorch._attached_overdue(timestamptz) from public;
