-- pyorch._native_keep()
-- Template, part of complete: a native queue with retention keeps what is finished, with its
-- result.
create or replace function pyorch._native_keep()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select $body$,
  kept as (
    insert into pyorch.done_{q} (
      id, finished_at, priority, since, claimed_at, attempts, lease_losses, worker, key, group_name,
      history, payload, result
    )
    select g.id, v_now, g.priority, g.since, g.claimed_at, g.attempts, g.lease_losses, g.worker,
           g.key, g.group_name, g.history, g.payload, g.result
      from gone g
  )$body$
$template$;

comment on function pyorch._native_keep() is
  'Template: keep what is finished.';

revoke all on function pyorch._native_keep() from public;
