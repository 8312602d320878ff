-- pyorch._slot_after(pyorch.endpoint, timestamptz, timestamptz)
-- The first slot of an endpoint's schedule after now: it keeps its phase, however late a slot was
-- dispatched.
-- Calls: pyorch._cron_next.
create or replace function pyorch._slot_after(
  p_endpoint pyorch.endpoint,
  -- a slot, at or before now
  p_slot timestamptz,
  p_now timestamptz
)
  returns timestamptz
  language sql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select case
    when (p_endpoint).cron is not null then pyorch._cron_next((p_endpoint).cron, p_now)
    when (p_endpoint).every is not null then p_slot + (p_endpoint).every * (
      floor(extract(epoch from p_now - p_slot) / extract(epoch from (p_endpoint).every)) + 1
    )::double precision
  end;
$$;

comment on function pyorch._slot_after(pyorch.endpoint, timestamptz, timestamptz) is
  'The first slot of an endpoint''s schedule after now.';

revoke all on function pyorch._slot_after(pyorch.endpoint, timestamptz, timestamptz) from public;
