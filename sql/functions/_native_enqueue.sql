-- pyorch._native_enqueue()
-- Template of enqueue of a native queue: plain items by one insert, special ones each on its own.
create or replace function pyorch._native_enqueue()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select $body$
declare
  v_now constant timestamptz := {now};
  v_ids text[];
begin
  if p_priority <> 0 then
    -- first, and never undone: no short way of a claim may miss it
    perform pg_catalog.nextval('pyorch.q_lanes_{q}');
    perform pg_catalog.nextval('pyorch.q_back_{q}');
    insert into pyorch.lane_{q} (priority) values (p_priority) on conflict do nothing;
  end if;
  if p_keys is null and p_group is null and coalesce(p_run_at <= v_now, true) then
    with put as (
      insert into pyorch.native_{q} (id, priority, since, payload)
      select pg_catalog.nextval('pyorch.q_id_{q}'), p_priority, v_now, p.payload
        from pg_catalog.unnest(p_payloads) p (payload)
      returning id
    )
    select pg_catalog.array_agg(put.id::text) into v_ids from put;
    return v_ids;
  end if;
  return array(
    select pyorch._q_place_{q}(p.payload, p_keys[p.n], p_priority, p_run_at, p_group)::text
      from pg_catalog.unnest(p_payloads) with ordinality p (payload, n)
  );
end;
$body$
$template$;

comment on function pyorch._native_enqueue() is
  'Template of pyorch._q_enqueue_<queue> of a native queue.';

revoke all on function pyorch._native_enqueue() from public;
