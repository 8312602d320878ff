-- pyorch._attached_state_template()
-- Part of the claim template: the state rows of v_items, for what the table cannot hold.
create or replace function pyorch._attached_state_template()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select $template$
    insert into pyorch.item_state as s
           (queue_id, item_id, token, attempts, claimed_at, lease_until, phase, worker)
    select {q}, t.item_id, v_token, t.attempt, {claimed_t},
           coalesce(v_fence, v_now) + p_lease, 'working', p_worker
      from unnest(v_items, v_attempts, v_locked) t (item_id, attempt, locked_at)
        on conflict (queue_id, item_id) do update
       set token = excluded.token,
           attempts = {attempt_kept},
           lease_losses = case s.phase when 'dead' then 0 else s.lease_losses end,
           claimed_at = excluded.claimed_at,
           lease_until = excluded.lease_until,
           retry_at = null,
           phase = 'working',
           worker = excluded.worker;
    if not {has_attempts} then
      -- looked up by key: a join with the rows that the INSERT returns would be a nested loop
      select pg_catalog.array_agg(s.attempts order by t.n)
        into v_attempts
        from (
               select {q} as queue_id, u.*
                 from unnest(v_items) with ordinality u (item_id, n)
               offset 0
             ) t
        join pyorch.item_state s on s.queue_id = t.queue_id and s.item_id = t.item_id;
    end if;
$template$;
$$;

comment on function pyorch._attached_state_template() is
  'Part of the claim template of attached queues: state rows.';

revoke all on function pyorch._attached_state_template() from public;
