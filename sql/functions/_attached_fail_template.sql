-- pyorch._attached_fail_template()
-- Body of pyorch._q_fail_<queue> of an attached queue. Not done: pending again after a while, or
-- dead.
create or replace function pyorch._attached_fail_template()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = ''
as $$
  select $template$
#variable_conflict use_column
declare
  v_now constant timestamptz := {now};
  v_gone text[];
  v record;
begin
  for v in
    with r as materialized (
      select {q} as queue_id,
             t.receipt,
             substring(t.receipt from '^{q}-([0-9]{1,18})-')::bigint as token,
             substring(t.receipt from '^{q}-[0-9]{1,18}-(.*)$') as item_id
        from pg_catalog.unnest(p_receipts) t (receipt)
    ),
    mine as (
      update pyorch.item_state s
         set phase = case when p_permanent or s.attempts >= {max_attempts}
               then 'dead' else 'waiting' end,
             retry_at = case when not (p_permanent or s.attempts >= {max_attempts}) then
               v_now + coalesce(p_retry_in, pyorch._backoff({backoff}, s.attempts)) end,
             token = 0,
             lease_until = null,
             last_error = p_error,
             history = {history_s} || pg_catalog.jsonb_build_array(
           pg_catalog.jsonb_build_object(
             'at', v_now, 'attempt', s.attempts, 'error', p_error, 'worker', s.worker
           )
         )
        from r
       where s.queue_id = r.queue_id
         and s.item_id = r.item_id
         and s.token = r.token
      returning s.item_id, s.phase, s.retry_at, r.receipt
    ),
    done as (
      update {rel} j
         set {set_fail}
        from mine m
       where j.{id} {eq} m.item_id::{id_type}
         and {held_j}
      returning m.item_id
    )
    select m.item_id, m.receipt, m.phase, d.item_id is not null as held
      from mine m
      left join done d on d.item_id = m.item_id
  loop
    if v.held then
      receipt := v.receipt;
      status := case v.phase when 'dead' then 'failed' else 'pending' end;
      return next;
    else
      v_gone := v_gone || v.item_id;
    end if;
  end loop;

  -- other code has finished them meanwhile
  if v_gone is not null then
    delete from pyorch.item_state s
     using (select {q} as queue_id, g as item_id from pg_catalog.unnest(v_gone) g offset 0) g
     where s.queue_id = g.queue_id
       and s.item_id = g.item_id;
  end if;
end;
$template$;
$$;

comment on function pyorch._attached_fail_template() is
  'Template of pyorch._q_fail_<queue> of attached queues.';

revoke all on function pyorch._attached_fail_template() from public;
