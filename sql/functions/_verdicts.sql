-- pyorch._verdicts(bigint[])
-- What ended calls say about their endpoints: good, bad, or nothing (null: the transport's fault,
-- or never sent). A timeout is judged when its work is over: good when finish_call said so or the
-- queue moved, bad otherwise.
-- Calls: pyorch._queue_token.  Reads: pyorch.call, pyorch.endpoint.
create or replace function pyorch._verdicts(p_call_ids bigint[])
  returns table (
    call_id bigint,
    endpoint_id integer,
    verdict text,
    -- items of its queue were claimed since its hand-over
    moved boolean
  )
  language sql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  with ended as materialized (
    select c.call_id, c.endpoint_id, c.outcome, c.error, c.token, c.worked, c.finished_at,
      c.busy_until, e.queue_id
      from pyorch.call c
      join pyorch.endpoint e on e.endpoint_id = c.endpoint_id
     where c.call_id = any (p_call_ids)
       and c.outcome is not null
       and c.finished_at is not null
  ), token as materialized (
    select q.queue_id, pyorch._queue_token(q.queue_id) as token
      from (select distinct x.queue_id from ended x where x.queue_id is not null) q
  )
  select x.call_id, x.endpoint_id,
         case
           when x.outcome = 'ok' then 'good'
           when x.outcome = 'failed' then 'bad'
           when x.outcome = 'timed_out'
             and (x.worked or t.token > x.token or x.finished_at < x.busy_until) then 'good'
           when x.outcome = 'timed_out' then 'bad'
         end,
         x.worked or coalesce(t.token > x.token, false)
    from ended x
    left join token t on t.queue_id = x.queue_id;
$$;

comment on function pyorch._verdicts(bigint[]) is
  'What ended calls say about their endpoints.';

revoke all on function pyorch._verdicts(bigint[]) from public;
