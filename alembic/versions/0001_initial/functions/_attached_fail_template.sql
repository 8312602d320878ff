-- pyorch._attached_fail_template()
-- Body of pyorch._q_fail_<queue> of an attached queue. Not done: pending again after a while, or
-- dead.
create or replace function pyorch._attached_fail_template()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select $template$
#variable_conflict use_column
declare
  v_now constant timestamptz := {now};
  v_items text[];
  v_receipts text[];
  v_attempts integer[];
  v_workers text[];
begin
  select pg_catalog.array_agg(h.item_id), pg_catalog.array_agg(h.receipt),
         pg_catalog.array_agg(h.attempts), pg_catalog.array_agg(h.worker)
    into v_items, v_receipts, v_attempts, v_workers
    from pyorch._q_hold_{queue}(p_receipts) h;

  with state as (
    insert into pyorch.item_state as s
           (queue_id, item_id, attempts, phase, retry_at, last_error, history)
    select {q}, t.item_id, t.attempts,
           case when p_permanent or t.attempts >= {max_attempts} then 'dead' else 'waiting' end,
           case when not (p_permanent or t.attempts >= {max_attempts}) then
             v_now + coalesce(p_retry_in, pyorch._backoff({backoff}, t.attempts)) end,
           p_error,
           pg_catalog.jsonb_build_array(
             pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
               'at', v_now, 'attempt', t.attempts, 'error', p_error, 'worker', t.worker
             ))
           )
      from unnest(v_items, v_attempts, v_workers) t (item_id, attempts, worker)
        on conflict (queue_id, item_id) do update
       set attempts = excluded.attempts,
           phase = excluded.phase,
           retry_at = excluded.retry_at,
           token = 0,
           lease_until = null,
           last_error = excluded.last_error,
           history = {history_s} || excluded.history
    returning s.item_id, s.phase, s.retry_at
  )
  update {rel} j
     set {set_fail}
    from state m
   where j.{id} {eq} m.item_id::{id_type};

  return query
    select t.receipt,
           case when p_permanent or t.attempts >= {max_attempts} then 'failed' else 'pending' end
      from unnest(v_receipts, v_attempts) t (receipt, attempts);
end;
$template$;
$$;

comment on function pyorch._attached_fail_template() is
  'Template of pyorch._q_fail_<queue> of attached queues.';

revoke all on function pyorch._attached_fail_template() from public;
