-- pyorch._attached_in_work_template()
-- Body of pyorch._q_in_work_<queue> of an attached queue. Is anything that was claimed after a
-- token, or a time, still in processing? The time counts for other code's claims.
create or replace function pyorch._attached_in_work_template()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select $template$
begin
  return exists (
    select 1
      from pyorch.item_state s
     where s.queue_id = {q}
       and s.phase = 'working'
       and ((not {in_table} and s.token > p_token)
            or s.claimed_at >= pg_catalog.date_trunc('milliseconds', p_since)
            or s.claimed_at is null)
       and exists (
         select 1
           from {rel} k
          where k.{id} {eq} s.item_id::{id_type}
            and {held_k}
       )
  ) or exists (
    select 1
      from {rel} k
     where k.{status} {eq} {is_processing}
       and {since_k}{mine_k}
  );
end;
$template$;
$$;

comment on function pyorch._attached_in_work_template() is
  'Template of pyorch._q_in_work_<queue> of attached queues.';

revoke all on function pyorch._attached_in_work_template() from public;
