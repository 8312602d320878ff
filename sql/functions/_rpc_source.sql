-- pyorch._rpc_source(integer)
-- The CREATE statement of pyorch_api.claim_<queue>: the claim of the queue, each item with its
-- whole row.
-- Calls: pyorch._fill_template.  Reads: pyorch.queue, pyorch.attached.
create or replace function pyorch._rpc_source(p_queue_id integer)
  returns text
  language sql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select pyorch._fill_template(
    $template$create function pyorch_api.claim_{queue}(
  worker text,
  batch integer default 1,
  lease interval default null
)
  returns table (item {rel}, receipt text, attempt integer, lease_until timestamptz)
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $pyorch$
declare
  v record;
begin
  for v in
    select c.item_id, c.receipt, c.attempt, c.lease_until
      from pyorch.claim(
             {queue_text}, claim_{queue}.worker, claim_{queue}.batch, claim_{queue}.lease
           ) c
  loop
    -- a statement of its own: only that sees what the claim has written
    select k.*
      into item
      from {rel} k
     where k.{id} operator(pg_catalog.=) v.item_id::{id_type};
    receipt := v.receipt;
    attempt := v.attempt;
    lease_until := v.lease_until;
    return next;
  end loop;
end;
$pyorch$
$template$,
    pg_catalog.jsonb_build_object(
      'queue', q.queue,
      'queue_text', pg_catalog.quote_literal(q.queue),
      'rel', q.relation::text,
      'id', pg_catalog.quote_ident(coalesce(a.columns #>> '{id,name}', 'id')),
      'id_type', coalesce(a.columns #>> '{id,type}', 'bigint')
    )
  )
    from pyorch.queue q
    left join pyorch.attached a on a.queue_id = q.queue_id
   where q.queue_id = p_queue_id;
$$;

comment on function pyorch._rpc_source(integer) is
  'The CREATE statement of pyorch_api.claim_<queue>.';

revoke all on function pyorch._rpc_source(integer) from public;
