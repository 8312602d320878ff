-- pyorch._native_fail()
-- Template of fail of a native queue: the item leaves the table of claimable items, for the one of
-- those that wait for their time, or for the dead letters.
create or replace function pyorch._native_fail()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select $body$
declare
  v_numbers constant bigint[] := pyorch._parse_receipts(p_receipts);
  v_now constant timestamptz := {now};
  v_receipts text[];
  v_statuses text[];
  v_at_once bigint[];
  v_ids bigint[];
  v_keys text[];
  v_groups text[];
begin
  with mine as materialized ({mine}
  ),
  gone as (
    delete from pyorch.native_{q} i
     using mine g
     where i.priority = any (array[g.priority])
       and i.id = g.id
       and i.token = g.token
    returning
      g.receipt,
      i.*,
      p_permanent or i.attempts >= {max_attempts} as dies,
      v_now + coalesce(p_retry_in, pyorch._backoff({backoff}, i.attempts)) as retry_at,
      {history} || pg_catalog.jsonb_build_object(
        'at', v_now, 'attempt', i.attempts, 'worker', i.worker, 'error', p_error
      ) as story
  ),
  later as (
    insert into pyorch.waiting_{q} (
      id, priority, run_at, blocked, attempts, lease_losses, key, group_name, history, payload
    )
    select g.id, g.priority, g.retry_at, false, g.attempts, g.lease_losses, g.key, g.group_name,
           g.story, g.payload
      from gone g
     where not g.dies
  ),
  dead as (
    insert into pyorch.dead_{q} (
      id, priority, since, died_at, attempts, lease_losses, key, group_name, error, history, payload
    )
    select g.id, g.priority, g.since, v_now, g.attempts, g.lease_losses, g.key, g.group_name,
           p_error, g.story, g.payload
      from gone g
     where g.dies
  )
  select pg_catalog.array_agg(g.receipt),
         pg_catalog.array_agg(case when g.dies then 'failed' else 'pending' end),
         pg_catalog.array_agg(g.id) filter (where not g.dies and g.retry_at <= v_now),
         pg_catalog.array_agg(g.id) filter (where g.dies),
         pg_catalog.array_agg(g.key) filter (where g.dies),
         pg_catalog.array_agg(g.group_name) filter (where g.dies)
    into v_receipts, v_statuses, v_at_once, v_ids, v_keys, v_groups
    from gone g;
  if v_at_once is not null then
    perform pyorch._q_move_{q}(v_at_once);
  end if;
  if v_ids is not null then
    perform pyorch._q_leave_{q}(v_ids, v_keys, v_groups);
  end if;
  return query
    select f.receipt, f.status from unnest(v_receipts, v_statuses) f (receipt, status);
end;
$body$
$template$;

comment on function pyorch._native_fail() is
  'Template of pyorch._q_fail_<queue> of a native queue.';

revoke all on function pyorch._native_fail() from public;
