-- pyorch._direct_call(text)
-- A call that its caller sends himself (`pyorch trigger --direct`), when scheduler or transport are
-- dead: in the ledger as sent, with transport 'direct'. No row: there was nothing to push.
-- Calls: pyorch._endpoint_id, pyorch._may_call, pyorch._request, pyorch._claim_for_push,
-- pyorch._end_hand_over, pyorch._call_requests.
-- Writes: pyorch.call.
create or replace function pyorch._direct_call(p_endpoint text)
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
  e pyorch.endpoint;
  v_refused text;
  v_id bigint;
  v_reasons text[];
begin
  select x.* into e from pyorch.endpoint x where x.endpoint_id = pyorch._endpoint_id(p_endpoint);
  perform pyorch._may_call(e, false);
  v_refused := (pyorch._request(e.endpoint_id)).refused;
  if v_refused is not null then
    raise exception using
      errcode = case when v_refused ~ '^(secret|variable) ' then 'PY010' else 'PY015' end,
      message = pg_catalog.format('endpoint "%s" may not be called: %s', p_endpoint, v_refused),
      hint = 'Set what is missing with pyorch secret set or pyorch variable set, or change the '
             'endpoint.';
  end if;
  insert into pyorch.call (endpoint_id, source, decided_at)
  values (e.endpoint_id, 'direct', v_now)
  returning pyorch.call.call_id into v_id;
  v_reasons := pyorch._claim_for_push(array[v_id]);
  if v_reasons[1] is not null then
    perform pyorch._end_hand_over(array[v_id], v_reasons, v_now);
    return;
  end if;
  return query
    with request as materialized (
      select * from pyorch._call_requests(array[v_id], v_now)
    ), handed as (
      update pyorch.call c
         set transport = 'direct',
             sent_at = v_now,
             deadline = v_now + r.timeout + interval '15 seconds',
             busy_until = v_now + greatest(r.max_busy, r.timeout),
             token = r.token
        from request r
       where c.call_id = r.call_id
    )
    select r.call_id, r.method, r.url, r.headers, r.body,
           (extract(epoch from r.timeout) * 1000)::integer, r.follow_redirects, r.allow_private
      from request r;
end;
$$;

comment on function pyorch._direct_call(text) is
  'A call that its caller sends himself and reports by _report_calls(null, …). For the transport '
  'alone: the row holds secrets.';

revoke all on function pyorch._direct_call(text) from public;
call pyorch._grant('admin', 'execute', 'function', 'pyorch._direct_call(text)');
