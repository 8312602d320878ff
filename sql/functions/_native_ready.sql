-- pyorch._native_ready()
-- Template: bring in what waited until now, and let stalled groups of a native queue go on.
create or replace function pyorch._native_ready()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select $body$
declare
  v_now constant timestamptz := {now};
  v_heads bigint[];
  v_groups text[];
  v_ids bigint[];
  v_moved bigint := 0;
begin
  with taken as (
    delete from pyorch.stalled_{q} s
     where s.ctid = any (array(
       select z.ctid from pyorch.stalled_{q} z limit 1000 for update skip locked
     ))
    returning s.head, s.group_name
  )
  select pg_catalog.array_agg(t.head), pg_catalog.array_agg(t.group_name)
    into v_heads, v_groups
    from taken t;
  if v_heads is not null then
    perform pyorch._q_leave_{q}(v_heads, '{}', v_groups);
  end if;

  select pg_catalog.array_agg(d.id)
    into v_ids
    from (
      select w.id
        from pyorch.waiting_{q} w
       where w.run_at > p_from
         and w.run_at <= v_now
         and not w.blocked
       order by w.run_at
       limit p_batch
         for update skip locked
    ) d;
  if v_ids is not null then
    v_moved := pyorch._q_move_{q}(v_ids);
  end if;
  -- not for a claim: when that rolls back, they wait again
  if v_moved < p_batch and p_from = '-infinity' then
    perform pyorch._queue_all_due('{q}', v_now);
  end if;
  return v_moved;
end;
$body$
$template$;

comment on function pyorch._native_ready() is
  'Template of pyorch._q_ready_<queue> of a native queue.';

revoke all on function pyorch._native_ready() from public;
