-- pyorch.drop_endpoint(text)
-- Forget an endpoint. Calls that were not yet handed over are dropped with it; one that is out is
-- closed as lost, since nobody would judge its answer. The ledger of ended calls stays.
-- Calls: pyorch._endpoint_id, pyorch._archive_calls, pyorch._sync_queue_wake.  Writes:
-- pyorch.endpoint, pyorch.call, pyorch.call_history.
create or replace function pyorch.drop_endpoint(endpoint text)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_now constant timestamptz := pyorch._now();
  v_id constant integer := pyorch._endpoint_id(drop_endpoint.endpoint);
  v_queue_id integer;
begin
  -- in the order of their ids, as answers are written
  perform from pyorch.call c where c.endpoint_id = v_id order by c.call_id for update;
  update pyorch.call c
     set outcome = coalesce(c.outcome, case when c.sent_at is null then 'refused' else 'lost' end),
         error = coalesce(c.error, 'the endpoint was dropped'),
         settled_at = coalesce(c.settled_at, v_now),
         finished_at = coalesce(c.finished_at, v_now)
   where c.endpoint_id = v_id;
  perform pyorch._archive_calls(array(select c.call_id from pyorch.call c
    where c.endpoint_id = v_id));
  delete from pyorch.endpoint x where x.endpoint_id = v_id returning x.queue_id into v_queue_id;
  perform pyorch._sync_queue_wake(array[v_queue_id]);
end;
$$;

comment on function pyorch.drop_endpoint(text) is
  'Forget an endpoint; its calls in the ledger stay. Raises PY003 when unknown.';

revoke all on function pyorch.drop_endpoint(text) from public;
call pyorch._grant('admin', 'execute', 'function', 'pyorch.drop_endpoint(text)');
