-- pyorch._attached_front(regclass, bigint, bigint)
-- Up to which id claims of an attached queue draw what they take from its front, now that a claim
-- that did not draw has found an item: beyond the front, which goes there, or behind it. Then the
-- answer is negative: what was left behind comes first.
create or replace function pyorch._attached_front(
  p_front regclass,
  -- the item that was found
  p_found bigint,
  -- beyond it there is little to draw
  p_up_to bigint
)
  returns bigint
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_front constant bigint := pg_catalog.pg_sequence_last_value(p_front);
  v_up_to constant bigint := greatest(p_up_to, 1);
begin
  if p_found <= v_front then
    return -v_up_to;
  end if;
  perform pg_catalog.setval(p_front, p_found);
  return v_up_to;
end;
$$;

comment on function pyorch._attached_front(regclass, bigint, bigint) is
  'Up to which id claims of an attached queue draw what they take.';

revoke all on function pyorch._attached_front(regclass, bigint, bigint) from public;
