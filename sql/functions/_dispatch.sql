-- pyorch._dispatch(text, bigint, timestamptz)
-- Decide the calls of all endpoints of a kind, those first that nobody looked at for the longest
-- time, until the deadline. Without a live transport nothing is decided: endpoints stay due.
-- Calls: pyorch._dispatch_allowed, pyorch._transport, pyorch._promote_probes, pyorch._due_calls,
-- pyorch._hand_to_net, pyorch._decide.
create or replace function pyorch._dispatch(
  -- scraper | processor
  p_kind text,
  p_run_id bigint,
  -- wall clock; null: none
  p_deadline timestamptz
)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := pyorch._now();
  v_transport constant text := pyorch._transport();
  v_why constant text := coalesce(
    pyorch._dispatch_allowed(), case when v_transport is null then 'no live transport' end
  );
  v_triggered text[] := '{}'::text[];
  v_skipped jsonb := '[]'::jsonb;
  v_complete boolean := true;
  v record;
  d record;
begin
  if v_why is null then
    perform pyorch._promote_probes(v_now);
    -- retries, and what was decided for an agent that has gone; a live agent takes them by itself
    if v_transport = 'pg_net' then
      perform pyorch._hand_to_net(pyorch._due_calls(200, v_now), v_now);
    else
      perform pg_catalog.pg_notify('pyorch_calls', '');
    end if;
  end if;
  for v in
    select e.endpoint_id, e.endpoint
      from pyorch.endpoint e
      join pyorch.endpoint_state s on s.endpoint_id = e.endpoint_id
     where e.kind = p_kind
     order by s.looked_at nulls first, e.endpoint_id
  loop
    if pg_catalog.clock_timestamp() >= p_deadline then
      v_complete := false;
      v_skipped := v_skipped || pg_catalog.jsonb_build_object('endpoint', v.endpoint, 'why',
        'no time left');
    elsif v_why is not null then
      v_skipped := v_skipped || pg_catalog.jsonb_build_object('endpoint', v.endpoint, 'why', v_why);
    else
      select * into d from pyorch._decide(v.endpoint_id, p_run_id, 'schedule', v_transport, v_now);
      v_triggered := v_triggered || pg_catalog.array_fill(
        v.endpoint, array[coalesce(pg_catalog.cardinality(d.call_ids), 0)]
      );
      -- that nothing is to be done is no news
      if d.why not in ('not due', 'nothing waits') then
        v_skipped := v_skipped || pg_catalog.jsonb_build_object('endpoint', v.endpoint, 'why',
          d.why);
      end if;
    end if;
  end loop;
  return pg_catalog.jsonb_build_object(
    'triggered', pg_catalog.to_jsonb(v_triggered), 'skipped', v_skipped, 'complete', v_complete
  );
end;
$$;

comment on function pyorch._dispatch(text, bigint, timestamptz) is
  'Decide and hand over the calls of all endpoints of a kind: {triggered, skipped, complete}.';

revoke all on function pyorch._dispatch(text, bigint, timestamptz) from public;
