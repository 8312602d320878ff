-- pyorch._unlock_until(jsonb)
-- Until when the unlock step of a run may start further batches: a tick has a second before it
-- triggers, and afterwards all that is left, except that it must be over when the next one is due.
-- Calls: pyorch._tick_every.
create or replace function pyorch._unlock_until(p_run jsonb)
  returns timestamptz
  language sql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select t.began + least(
           (t.deadline - t.began) * case when p_run ? 'dispatched' then 0.9 else 0.5 end,
           case
             when p_run ? 'dispatched' then pyorch._tick_every() * 0.8
             else interval '1 second'
           end
         )
    from (
      select (p_run ->> 'began')::timestamptz as began,
             (p_run ->> 'deadline')::timestamptz as deadline
    ) t;
$$;

comment on function pyorch._unlock_until(jsonb) is
  'Until when the unlock step of a run may start further batches.';

revoke all on function pyorch._unlock_until(jsonb) from public;
