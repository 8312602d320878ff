-- pyorch._attached_redrive_template()
-- Body of pyorch._q_redrive_<queue> of an attached queue. Dead letters go back to pending with all
-- their attempts.
create or replace function pyorch._attached_redrive_template()
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
  v_count bigint;
begin
  with done as (
    update {rel} j
       set {set_redrive}
     where j.{status} {eq} {is_failed}
       and (p_item_ids is null or j.{id} {eq} any (array(
         select i::{id_type}
           from pg_catalog.unnest(p_item_ids) i
          where pyorch._fits(i, {id_type_text})
       ))){mine_j}
    returning j.{id}::text as item_id
  ),
  forgotten as (
    delete from pyorch.item_state s
     using done d
     where s.queue_id = {q}
       and s.item_id = d.item_id
  )
  select pg_catalog.count(*) into v_count from done;
  return v_count;
end;
$template$;
$$;

comment on function pyorch._attached_redrive_template() is
  'Template of pyorch._q_redrive_<queue> of attached queues.';

revoke all on function pyorch._attached_redrive_template() from public;
