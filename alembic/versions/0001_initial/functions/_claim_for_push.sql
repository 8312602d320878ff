-- pyorch._claim_for_push(bigint[])
-- Of calls that are being handed over, claim the items of those that push, into their body. Claimed
-- only now, not when the call was decided: the lease begins when the items go out. Answers for each
-- call why it cannot go out (nothing left, its queue cannot be claimed from); null when it can.
-- Calls: pyorch.claim.  Writes: pyorch.call, the queues.
create or replace function pyorch._claim_for_push(p_call_ids bigint[])
  returns text[]
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
  v_reasons text[] := pg_catalog.array_fill(
    null::text, array[pg_catalog.cardinality(p_call_ids)]
  );
begin
  for v in
    select c.call_id, i.place, e.batch_size, e.timeout, e.max_busy, q.queue, q.lease
      from pg_catalog.unnest(p_call_ids) with ordinality i (call_id, place)
      join pyorch.call c on c.call_id = i.call_id
      join pyorch.endpoint e on e.endpoint_id = c.endpoint_id
      join pyorch.queue q on q.queue_id = e.queue_id
     where e.mode = 'push'
     order by c.call_id
  loop
    v_items := null;
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
        v_reasons[v.place] := 'its items cannot be claimed: ' || sqlerrm;
    end;
    if v_items is null then
      v_reasons[v.place] := coalesce(v_reasons[v.place], 'no item was left to push');
    else
      update pyorch.call c
         set receipts = v_receipts,
             body = pg_catalog.jsonb_build_object(
               'call_id', v.call_id, 'queue', v.queue, 'items', v_items
             )
       where c.call_id = v.call_id;
    end if;
  end loop;
  return v_reasons;
end;
$$;

comment on function pyorch._claim_for_push(bigint[]) is
  'Claim the items of push calls at their hand-over.';

revoke all on function pyorch._claim_for_push(bigint[]) from public;
