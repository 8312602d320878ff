-- pyorch._attached_pending_template()
-- Body of pyorch._q_pending_<queue> of an attached queue. How many could be claimed now, counted up
-- to a cap.
create or replace function pyorch._attached_pending_template()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select $template$
declare
  v_now constant timestamptz := {now};
begin
  return (
    select pg_catalog.count(*)
      from (
        select 1
          from {rel} k
         where {ready_k}
         order by {order}
         limit p_cap
      ) x
  );
end;
$template$;
$$;

comment on function pyorch._attached_pending_template() is
  'Template of pyorch._q_pending_<queue> of attached queues.';

revoke all on function pyorch._attached_pending_template() from public;
