-- pyorch._hand_to_net(bigint[], timestamptz)
-- Hand calls to pg_net, in the transaction that decided them: it sends after the commit. Their ids
-- mean nothing without the epoch. What pg_net cannot take is refused. Dynamic, since pg_net may not
-- be there when this function is made or checked.
-- Calls: pyorch._net_epoch, pyorch._refuse_due, pyorch._claim_for_push, pyorch._call_requests,
-- pyorch._end_hand_over, pyorch.release, net.http_post, net.http_get, net.http_delete.
-- Writes: pyorch.call.
create or replace function pyorch._hand_to_net(p_call_ids bigint[], p_now timestamptz)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_epoch constant bigint := pyorch._net_epoch();
  v_ids constant bigint[] := pyorch._refuse_due(p_call_ids, p_now);
  v_reasons text[] := pyorch._claim_for_push(v_ids);
  v_why text;
  r record;
  v_request_id bigint;
begin
  for r in
    select q.*, i.place
      from pyorch._call_requests(v_ids, p_now) q
      join rows from (
             pg_catalog.unnest(v_ids), pg_catalog.unnest(v_reasons)
           ) with ordinality i (call_id, reason, place)
        on i.call_id = q.call_id
     where coalesce(i.reason, q.refused) is null
     order by q.call_id
  loop
    v_why := null;
    begin
      case r.method
        when 'POST' then
          execute pg_catalog.format(
            'select %I.http_post(url => $1, body => $2::jsonb, headers => $3, timeout_milliseconds '
            '=> $4)', 'net'
          )
            into v_request_id
            using r.url, r.body, r.headers, (extract(epoch from r.timeout) * 1000)::integer;
        when 'GET' then
          execute pg_catalog.format(
            'select %I.http_get(url => $1, headers => $2, timeout_milliseconds => $3)', 'net'
          )
            into v_request_id
            using r.url, r.headers, (extract(epoch from r.timeout) * 1000)::integer;
        when 'DELETE' then
          execute pg_catalog.format(
            'select %I.http_delete(url => $1, headers => $2, timeout_milliseconds => $3)', 'net'
          )
            into v_request_id
            using r.url, r.headers, (extract(epoch from r.timeout) * 1000)::integer;
        else
          v_why := pg_catalog.format('pg_net cannot %s: only GET, POST, DELETE', r.method);
      end case;
    exception
      when others then
        v_why := 'pg_net does not take it: ' || pyorch._mask(r.endpoint_id, sqlerrm);
    end;
    if v_why is not null then
      -- what it would have pushed
      perform pyorch.release(q.queue, c.receipts)
         from pyorch.call c
         join pyorch.endpoint e on e.endpoint_id = c.endpoint_id
         join pyorch.queue q on q.queue_id = e.queue_id
        where c.call_id = r.call_id
          and c.receipts is not null;
      v_reasons[r.place] := v_why;
      continue;
    end if;
    update pyorch.call c
       set transport = 'pg_net',
           sent_at = p_now,
           -- a batch of pg_net ends when its slowest request does, whoever sent that
           deadline = p_now + r.timeout + interval '30 seconds',
           busy_until = p_now + greatest(r.max_busy, r.timeout),
           token = r.token,
           epoch = v_epoch,
           net_request_id = v_request_id,
           handed_at = pg_catalog.clock_timestamp()
     where c.call_id = r.call_id;
  end loop;
  perform pyorch._end_hand_over(v_ids, v_reasons, p_now);
end;
$$;

comment on function pyorch._hand_to_net(bigint[], timestamptz) is
  'Hand calls to pg_net within this transaction.';

revoke all on function pyorch._hand_to_net(bigint[], timestamptz) from public;
