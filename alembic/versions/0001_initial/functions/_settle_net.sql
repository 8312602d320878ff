-- pyorch._settle_net(integer, timestamptz)
-- Read the answers of pg_net to open calls of the present epoch, by id: never by a time cursor,
-- since answers appear late and out of order. `created` only helps the index. pg_net keeps a 10 MB
-- body or broken UTF-8 as it came, so the content is handled as bytes.
-- Calls: pyorch._net_epoch, pyorch._apply_answers.  Reads: net._http_response.
create or replace function pyorch._settle_net(p_batch integer, p_now timestamptz)
  returns bigint
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_epoch bigint;
  v_since timestamptz;
  v_calls bigint[];
  v_ids bigint[];
  v_answers jsonb;
begin
  if not pyorch._pg_net_here() then
    return 0;
  end if;
  v_epoch := pyorch._net_epoch();
  select pg_catalog.array_agg(o.call_id), pg_catalog.array_agg(o.net_request_id), min(o.handed_at)
    into v_calls, v_ids, v_since
    from (
      select c.call_id, c.net_request_id, c.handed_at
        from pyorch.live_call c
       where c.outcome is null
         and c.transport = 'pg_net'
         and c.epoch = v_epoch
       order by c.call_id
       limit p_batch
    ) o;
  if v_calls is null then
    return 0;
  end if;
  perform pyorch._wake_net(v_since);
  execute pg_catalog.format($sql$
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
             'call_id', o.call_id,
             'status_code', r.status_code,
             'error', case when r.status_code is null then coalesce(r.error_msg, 'no answer') end,
             'timed_out', coalesce(r.timed_out, r.error_msg like 'Timeout of%%', false),
             'head', pg_catalog.encode(substring(b.content from 1 for 200), 'hex'),
             'body', case
               -- only a push call's answer means anything beyond its head
               when c.receipts is not null and octet_length(b.content) <= 65536
                 then pyorch._safe_text(pg_catalog.encode(b.content, 'hex'))
             end,
             'retry_after', (
               select h.value from pg_catalog.jsonb_each_text(r.headers) h
                where lower(h.key) = 'retry-after' limit 1
             )
           ))
      from rows from (pg_catalog.unnest($1), pg_catalog.unnest($2)) o (call_id, id)
      join %I._http_response r on r.id = o.id and r.created > $3 - interval '10 minutes'
      join pyorch.live_call c on c.call_id = o.call_id
     cross join lateral (
       -- convert_to would refuse broken UTF-8; this takes the bytes as they are
       select pg_catalog.decode(replace(r.content, '\', '\\'), 'escape') as content
     ) b
  $sql$, 'net')
    into v_answers
    using v_calls, v_ids, v_since;
  if v_answers is null then
    return 0;
  end if;
  perform pyorch._apply_answers('pg_net', null, v_answers, p_now);
  return pg_catalog.jsonb_array_length(v_answers);
end;
$$;

comment on function pyorch._settle_net(integer, timestamptz) is
  'Read pg_net''s answers to open calls into the ledger; answers how many.';

revoke all on function pyorch._settle_net(integer, timestamptz) from public;
