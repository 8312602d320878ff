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
      select t.receipt,
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
             history = pyorch._add_failure(s.history, v_now, s.attempts, p_error, s.worker)
        from r
       where s.queue_id = {q}
         and s.item_id = r.item_id
         and s.token = r.token
         and s.phase = 'working'
      returning s.item_id, s.phase, s.retry_at, r.receipt
    ),
    done as (
      update {rel} j
         set {set_fail}
        from mine m
       where j.{id} {eq} m.item_id::{id_type}
         and j.{status} {eq} {is_processing}
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
     where s.queue_id = {q}
       and s.item_id = any (v_gone);
  end if;
end;
$template$;
$$;

comment on function pyorch._attached_fail_template() is
  'Template of pyorch._q_fail_<queue> of attached queues.';

revoke all on function pyorch._attached_fail_template() from public;
