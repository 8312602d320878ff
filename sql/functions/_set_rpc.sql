-- pyorch._set_rpc(integer, boolean)
-- Make or drop pyorch_api.claim_<queue>, which returns whole rows of the queue's table. Its return
-- type is the table's row type: the one thing of ours that depends on the user's table, so it
-- exists only where it was asked for.
-- Calls: pyorch._rpc_source, pyorch._close_off, pyorch._grant.  Writes: pyorch.wanted_grant, the
-- function.
create or replace function pyorch._set_rpc(p_queue_id integer, p_on boolean)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_signature constant text := (
    select pg_catalog.format('pyorch_api.claim_%s(text,integer,interval)', q.queue)
      from pyorch.queue q
     where q.queue_id = p_queue_id
  );
begin
  delete from pyorch.wanted_grant w
   where w.object_kind = 'function'
     and w.object_name = v_signature;
  if pg_catalog.to_regprocedure(v_signature) is not null then
    execute pg_catalog.format('drop function %s', v_signature);
  end if;
  if p_on then
    execute pyorch._rpc_source(p_queue_id);
    call pyorch._close_off('routine', v_signature);
    call pyorch._grant('worker', 'execute', 'function', v_signature);
  end if;
end;
$$;

comment on function pyorch._set_rpc(integer, boolean) is
  'Make or drop pyorch_api.claim_<queue>.';

revoke all on function pyorch._set_rpc(integer, boolean) from public;
