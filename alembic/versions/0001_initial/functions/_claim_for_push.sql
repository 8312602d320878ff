-- pyorch._claim_for_push(bigint[], timestamptz)
-- Of calls that are being handed over, claim the items of those that push, into their body. Claimed
-- only now, not when the call was decided: the lease begins when the items go out. A push that
-- found nothing left, or whose queue cannot be claimed from, is refused. Answers the calls that go
-- on.
-- Calls: pyorch.claim, pyorch._refuse_calls, pyorch._forget_refusal, pyorch._archive_calls.
-- Writes: pyorch.call, the queues.
create or replace function pyorch._claim_for_push(p_call_ids bigint[], p_now timestamptz)
  returns bigint[]
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v record;
  v_items jsonb;
  v_receipts text[];
  v_why text;
begin
  for v in
    select c.call_id, e.batch_size, e.timeout, e.max_busy, q.queue, q.lease
      from pyorch.call c
      join pyorch.endpoint e on e.endpoint_id = c.endpoint_id
      join pyorch.queue q on q.queue_id = e.queue_id
     where c.call_id = any (p_call_ids)
       and e.mode = 'push'
     order by c.call_id
  loop
    v_items := null;
    v_why := null;
    begin
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
               'item_id', i.item_id, 'payload', i.payload, 'attempt', i.attempt,
               'receipt', i.receipt, 'lease_until', i.lease_until
             )),
             pg_catalog.array_agg(i.receipt)
        into v_items, v_receipts
        from pyorch.claim(
          queue => v.queue,
          worker => 'push:' || v.call_id,
          batch => v.batch_size,
          -- the items must not be given to anybody else before the answer is judged
          lease => greatest(v.lease, v.timeout + interval '1 minute')
        ) i;
    exception
      -- its table is gone or altered: the calls of other queues go on
      when others then
        v_why := 'its items cannot be claimed: ' || sqlerrm;
    end;
    if v_why is not null then
      perform pyorch._refuse_calls(array[v.call_id], array[v_why], p_now, true);
      p_call_ids := pg_catalog.array_remove(p_call_ids, v.call_id);
    elsif v_items is null then
      -- nobody's fault: another one took them
      perform pyorch._forget_refusal(array[v.call_id], 'its items cannot be claimed: %');
      update pyorch.call c
         set outcome = 'refused', error = 'no item was left to push', settled_at = p_now,
           finished_at = p_now
       where c.call_id = v.call_id;
      perform pyorch._archive_calls(array[v.call_id]);
      p_call_ids := pg_catalog.array_remove(p_call_ids, v.call_id);
    else
      update pyorch.call c
         set receipts = v_receipts,
             body = pg_catalog.jsonb_build_object(
               'call_id', v.call_id, 'queue', v.queue, 'items', v_items
             )
       where c.call_id = v.call_id;
    end if;
  end loop;
  return p_call_ids;
end;
$$;

comment on function pyorch._claim_for_push(bigint[], timestamptz) is
  'Claim the items of push calls at their hand-over.';

revoke all on function pyorch._claim_for_push(bigint[], timestamptz) from public;
