-- pyorch._plain_one(pyorch.queue)
-- Body of pyorch._q_one_<queue> where there is no short way: the claim of several, asked for one.
create or replace function pyorch._plain_one(p_queue pyorch.queue)
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select pg_catalog.format(
    $body$
declare
  v_item pyorch.claimed;
begin
  select c.*
    into v_item
    from pyorch.queue q
   cross join lateral pyorch.%sp_worker, 1, coalesce(p_lease, q.lease)) c
   where q.queue_id = %s
     and not q.paused;
  return v_item;
end;
$body$,
    case when coalesce(p_queue.concurrency, p_queue.rate_limit) is null
      then '_q_claim_' || p_queue.queue || '('
      else '_claim_limited(''' || p_queue.queue || ''', '
    end,
    p_queue.queue_id
  );
$template$;

comment on function pyorch._plain_one(pyorch.queue) is
  'The body of _q_one_<queue> where there is no short way.';

revoke all on function pyorch._plain_one(pyorch.queue) from public;
