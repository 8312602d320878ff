-- pyorch._take_slot(integer, timestamptz)
-- Take a slot of an endpoint's schedule: true for the first one who does. Older slots of the
-- endpoint are forgotten: its schedule only goes on.
-- Writes: pyorch.slot.
create or replace function pyorch._take_slot(p_endpoint_id integer, p_slot timestamptz)
  returns boolean
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  insert into pyorch.slot (endpoint_id, slot) values (p_endpoint_id, p_slot) on conflict do nothing;
  if not found then
    return false;
  end if;
  delete from pyorch.slot s where s.endpoint_id = p_endpoint_id
    and s.slot < p_slot - interval '1 day';
  return true;
end;
$$;

comment on function pyorch._take_slot(integer, timestamptz) is
  'Take a slot of an endpoint''s schedule; false when somebody else has.';

revoke all on function pyorch._take_slot(integer, timestamptz) from public;
