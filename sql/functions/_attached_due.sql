-- pyorch._attached_due(integer, text, timestamptz)
-- Whether an item of an attached table, which is not new, waits for no retry time. For the claim of
-- one item. Reads: pyorch.item_state.
create or replace function pyorch._attached_due(
  p_queue_id integer,
  p_item_id text,
  p_now timestamptz
)
  returns boolean
  language plpgsql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
begin
  return not exists (
    select 1
      from pyorch.item_state s
     where s.queue_id = p_queue_id
       and s.item_id = p_item_id
       and s.phase = 'waiting'
       and s.retry_at > p_now
  );
end;
$$;

comment on function pyorch._attached_due(integer, text, timestamptz) is
  'Whether an item of an attached table waits for no retry time.';

revoke all on function pyorch._attached_due(integer, text, timestamptz) from public;
