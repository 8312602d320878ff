-- pyorch._settle_push(bigint[], jsonb)
-- What the answers of push calls mean for the items that they carried. 2xx: done, but for those
-- that the answer lists as failed. Else they go back: unharmed where the endpoint never had them or
-- has no time (no connection, 401, 403, 404, 405, 429, 503), with an attempt used where it may have
-- choked on them.
-- Calls: pyorch.complete, pyorch.fail, pyorch.release, pyorch._push_failures.  Reads: pyorch.call.
-- Writes: the queues.
create or replace function pyorch._settle_push(
  -- settled a moment ago, not yet archived
  p_call_ids bigint[],
  -- the answers; "body" is their text
  p_answers jsonb
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v record;
  v_failure record;
  v_failed text[];
begin
  for v in
    select c.call_id, c.receipts, c.outcome, c.status_code, c.error, c.retry_in, q.queue,
      a.value ->> 'body' as body
      from pyorch.call c
      join pyorch.endpoint e on e.endpoint_id = c.endpoint_id
      left join pyorch.queue q on q.queue_id = e.queue_id
      left join pg_catalog.jsonb_array_elements(p_answers) a
        on (a.value ->> 'call_id')::bigint = c.call_id
     where c.call_id = any (p_call_ids)
       and c.receipts is not null
     order by c.call_id
  loop
    -- one block for each: a queue that is gone must not cost the others their answers
    begin
      if v.outcome = 'ok' then
        v_failed := '{}';
        for v_failure in select * from pyorch._push_failures(v.body, v.receipts) loop
          v_failed := v_failed || v_failure.receipt;
          perform pyorch.fail(v.queue, array[v_failure.receipt], v_failure.error,
            retry_in => v_failure.retry_in);
        end loop;
        perform pyorch.complete(
          v.queue, array(select r from pg_catalog.unnest(v.receipts) r where r <> all (v_failed))
        );
      elsif v.outcome = 'failed' and coalesce(v.status_code in (401, 403, 404, 405, 429, 503),
        true) then
        perform pyorch.release(v.queue, v.receipts);
      else
        perform pyorch.fail(
          v.queue, v.receipts, coalesce(v.error, 'call ' || v.call_id || ' ' || v.outcome),
            retry_in => v.retry_in
        );
      end if;
    exception
      when others then
        update pyorch.call c
           set error = 'its items could not be settled: ' || sqlerrm
         where c.call_id = v.call_id;
    end;
  end loop;
end;
$$;

comment on function pyorch._settle_push(bigint[], jsonb) is
  'Complete, fail or give back the items of push calls by their answers.';

revoke all on function pyorch._settle_push(bigint[], jsonb) from public;
