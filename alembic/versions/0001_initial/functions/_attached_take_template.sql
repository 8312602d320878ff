-- pyorch._attached_take_template(boolean)
-- Part of the template of _q_one_<queue>: take the first item from where the session stands.
create or replace function pyorch._attached_take_template(
  -- the table has priorities: first what came into a larger one since
  p_lanes boolean
)
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select $template$    update {rel} j
       set {set_claim}
     where j.{at} {eq} $template$ || case when p_lanes then $template$coalesce((
       select k.{at}
         from {rel} k
        where {ready_one_k}{above_k}
        order by {order}
        limit 1
          for no key update of k skip locked
     ), $template$ else '' end || $template$(
       select k.{at}
         from {rel} k
        where {ready_one_k}{ahead_k}{first}
          for no key update of k skip locked
     )$template$ || case when p_lanes then ')' else '' end || $template$
    returning j.{id}::text, {payload}, {attempt_j}, pg_catalog.concat('{q}-', v_token, '-', j.{id}),
              v_fence + {lease}, {locked_j}, {locked_j} = v_fence and {attempt_j} = 1{moved}
         into v_item.item_id, v_item.payload, v_item.attempt, v_item.receipt, v_item.lease_until,
              v_locked_at, v_is_first{moved_to};
$template$;
$$;

comment on function pyorch._attached_take_template(boolean) is
  'Part of the template of _q_one_<queue> of attached queues: take from where the session stands.';

revoke all on function pyorch._attached_take_template(boolean) from public;
