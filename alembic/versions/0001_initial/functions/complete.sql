-- pyorch.complete(text, text[], jsonb[], boolean)
-- The items behind these receipts are done. Stale receipts change nothing; strict raises on one,
-- so that what the caller wrote in the same transaction rolls back.
-- The planner switches are for the short ways, see pyorch._queue_source.
-- Calls: pyorch._q_to_done, pyorch._q_to_complete, pyorch._free_slots.  Reads: pyorch.queue.
create or replace function pyorch.complete(
  queue text,
  receipts text[],
  -- one for each receipt, in the same order; kept while the queue keeps finished items
  results jsonb[] default null,
  strict boolean default false
)
  returns setof text
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off
as $$
declare
  v_limited boolean;
  v_done text[];
begin
  -- its elements have no place of their own: nobody knows which one belongs to which receipt
  if complete.results is not null then
    if pg_catalog.array_ndims(complete.results) > 1 then
      raise exception using
        errcode = 'PY001',
        message = 'results is an array of arrays',
        hint = 'Give one jsonb for each receipt: array[''[1, 2]'', ''{"a": 3}'']::jsonb[].';
    end if;
  end if;
  -- not one whose first element has another number than 1 (list[0] := … makes such arrays), nor an
  -- array of arrays
  if pg_catalog.cardinality(complete.receipts) = 1 and complete.receipts[1] is not null
     and not complete.strict
  then
    if pyorch._q_to_done(
         complete.queue,
         complete.receipts[1],
         complete.results[pg_catalog.array_lower(complete.results, 1)]
       )
    then
      return next complete.receipts[1];
    end if;
    return;
  end if;
  select q.concurrency is not null
    into v_limited
    from pyorch.queue q
   where q.queue = complete.queue;
  if not complete.strict and v_limited is false then
    return query
      select * from pyorch._q_to_complete(complete.queue, complete.receipts, complete.results);
    return;
  end if;
  v_done := array(
    select pyorch._q_to_complete(complete.queue, complete.receipts, complete.results)
  );
  if complete.strict then
    perform pyorch._refuse_stale(complete.queue, complete.receipts, v_done);
  end if;
  if v_limited then
    perform pyorch._free_slots(complete.queue, v_done);
  end if;
  return query select r from pg_catalog.unnest(v_done) r;
end;
$$;

comment on function pyorch.complete(text, text[], jsonb[], boolean) is
  'Mark items as done; returns the receipts that were accepted. strict: raise PY005 when any is '
  'stale. Raises PY001 (results is an array of arrays), PY002 (no such queue).';

revoke all on function pyorch.complete(text, text[], jsonb[], boolean) from public;

call pyorch._grant('worker', 'execute', 'function', 'pyorch.complete(text,text[],jsonb[],boolean)');
