-- pyorch._keep_depth(integer, jsonb)
-- Remember what was seen of a queue's depth, for when a lock keeps us from looking. Never waits:
-- where another session writes the same row, its look is as good as ours.
-- Calls: pyorch._now.  Writes: pyorch.queue_depth.
create or replace function pyorch._keep_depth(
  p_queue_id integer,
  -- columns of pyorch.queue_depth; what is missing stays as it was
  p_depth jsonb
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '50ms'
as $$
declare
  n constant pyorch.queue_depth := pg_catalog.jsonb_populate_record(
    null::pyorch.queue_depth, p_depth
  );
begin
  update pyorch.queue_depth d
     set at = pyorch._now(),
         pending = coalesce(n.pending, d.pending),
         processing = coalesce(n.processing, d.processing),
         dead = coalesce(n.dead, d.dead),
         oldest_pending_seconds = case
           when p_depth ? 'oldest_pending_seconds' then n.oldest_pending_seconds
           else d.oldest_pending_seconds
         end,
         estimated = n.estimated
   where d.ctid = any (array(
     select x.ctid
       from pyorch.queue_depth x
      where x.queue_id = p_queue_id
        for no key update skip locked
   ));
  if not found and not exists (
    select from pyorch.queue_depth x where x.queue_id = p_queue_id
  ) then
    insert into pyorch.queue_depth
    values (
      p_queue_id,
      pyorch._now(),
      coalesce(n.pending, 0),
      coalesce(n.processing, 0),
      coalesce(n.dead, 0),
      n.oldest_pending_seconds,
      n.estimated
    )
    on conflict do nothing;
  end if;
exception
  -- another session is just about to write the first one
  when lock_not_available then
    null;
end;
$$;

comment on function pyorch._keep_depth(integer, jsonb) is
  'Remember what was seen of a queue''s depth.';

revoke all on function pyorch._keep_depth(integer, jsonb) from public;
