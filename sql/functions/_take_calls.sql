-- pyorch._take_calls(uuid, integer)
-- The agent takes calls from the ledger and sends them: every row given out is marked as sent. Many
-- agents take side by side (SKIP LOCKED). Secrets are resolved here and stand in no table. Nothing
-- is given out while calls may not go: paused, a restored copy, or pg_net is the chosen transport.
-- Calls: pyorch._dispatch_allowed, pyorch._setting, pyorch._refuse_due, pyorch._claim_for_push,
-- pyorch._end_hand_over, pyorch._call_requests.
-- Writes: pyorch.call.
create or replace function pyorch._take_calls(p_agent uuid, p_batch integer)
  returns table (
    call_id bigint,
    method text,
    url text,
    headers jsonb,
    body text,
    timeout_ms integer,
    follow_redirects boolean,
    allow_private boolean
  )
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_now constant timestamptz := pyorch._now();
  v_ids bigint[];
begin
  v_ids := pyorch._due_calls(p_batch, v_now);
  if v_ids = '{}' or pyorch._dispatch_allowed() is not null
     or pyorch._setting('transport') = '"pg_net"' then
    return;
  end if;
  v_ids := pyorch._refuse_due(v_ids, v_now);
  perform pyorch._end_hand_over(v_ids, pyorch._claim_for_push(v_ids), v_now);
  return query
    with request as materialized (
      select * from pyorch._call_requests(v_ids, v_now)
    ), handed as (
      update pyorch.call c
         set transport = 'agent',
             agent_id = p_agent,
             sent_at = v_now,
             deadline = v_now + r.timeout + interval '15 seconds',
             busy_until = v_now + greatest(r.max_busy, r.timeout),
             token = r.token
        from request r
       where c.call_id = r.call_id
         and r.refused is null
    )
    select r.call_id, r.method, r.url, r.headers, r.body,
           (extract(epoch from r.timeout) * 1000)::integer, r.follow_redirects, r.allow_private
      from request r
     where r.refused is null
     order by r.call_id;
end;
$$;

comment on function pyorch._take_calls(uuid, integer) is
  'Hand calls to an agent, resolved and marked as sent. For the transport alone: the rows hold '
  'secrets.';

revoke all on function pyorch._take_calls(uuid, integer) from public;
call pyorch._grant('admin', 'execute', 'function', 'pyorch._take_calls(uuid, integer)');
