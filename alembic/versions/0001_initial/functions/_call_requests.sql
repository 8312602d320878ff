-- pyorch._call_requests(bigint[], timestamptz)
-- The requests of calls, ready to be sent, or why one is refused. What belongs to the endpoint is
-- resolved once for all its calls.
-- Calls: pyorch._request, pyorch._webhook_signature, pyorch._queue_token.  Reads: pyorch.call,
-- pyorch.endpoint.
create or replace function pyorch._call_requests(p_call_ids bigint[], p_now timestamptz)
  returns table (
    call_id bigint,
    endpoint_id integer,
    method text,
    url text,
    headers jsonb,
    body text,
    timeout interval,
    max_busy interval,
    follow_redirects boolean,
    allow_private boolean,
    token bigint,
    refused text
  )
  language sql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  with mine as materialized (
    select c.call_id, c.endpoint_id, c.run_id, c.attempt, c.idempotency_key, c.body
      from pyorch.call c
     where c.call_id = any (p_call_ids)
  ), endpoint as materialized (
    select e.*, r.url as to_url, r.headers as all_headers, r.body as template, r.keys, r.refused,
           case when e.queue_id is not null then pyorch._queue_token(e.queue_id) end as token
      from (select distinct m.endpoint_id from mine m) d
      join pyorch.endpoint e on e.endpoint_id = d.endpoint_id
     cross join lateral pyorch._request(e.endpoint_id) r
  ), filled as (
    select m.*, e.method, e.timeout, e.max_busy, e.follow_redirects, e.allow_private, e.token,
      e.keys, e.refused,
           pyorch._fill_call(e.to_url, m.call_id, m.run_id) as url,
           pyorch._fill_call(e.all_headers::text, m.call_id, m.run_id)::jsonb as headers,
           -- as jsonb prints it: pg_net sends that text, and a signature covers exact bytes
           coalesce(m.body, pyorch._fill_call(e.template, m.call_id, m.run_id)::jsonb)::text as text
      from mine m
      join endpoint e on e.endpoint_id = m.endpoint_id
  )
  select f.call_id, f.endpoint_id, f.method, f.url,
         case when f.text is null then '{}' else '{"Content-Type": "application/json"}'::jsonb end
         || f.headers
         || pg_catalog.jsonb_build_object(
              'Idempotency-Key', f.idempotency_key,
              'Pyorch-Call', f.call_id::text,
              'Pyorch-Attempt', f.attempt::text
            )
         || case when f.run_id is null then '{}'
           else pg_catalog.jsonb_build_object('Pyorch-Run', f.run_id::text) end
         || case when f.keys = '{}' or f.text is null then '{}' else pg_catalog.jsonb_build_object(
              'webhook-id', f.idempotency_key,
              'webhook-timestamp', floor(extract(epoch from p_now))::bigint::text,
              'webhook-signature', pyorch._webhook_signature(
                f.keys, f.idempotency_key::text, floor(extract(epoch from p_now))::bigint, f.text
              )
            ) end,
         f.text, f.timeout, f.max_busy, f.follow_redirects, f.allow_private, f.token, f.refused
    from filled f;
$$;

comment on function pyorch._call_requests(bigint[], timestamptz) is
  'The requests of calls, resolved and signed, or why one is refused. For the transport alone.';

revoke all on function pyorch._call_requests(bigint[], timestamptz) from public;
