-- pyorch._may_call(pyorch.endpoint, boolean)
-- Refuse a call that somebody asks for by hand: dispatch is stopped, the endpoint is paused or
-- busy, or nobody could carry it.
-- Calls: pyorch._dispatch_allowed, pyorch._transport.  Reads: pyorch.call.  Writes:
-- pyorch.endpoint_state (as a lock).
create or replace function pyorch._may_call(
  p_endpoint pyorch.endpoint,
  -- false: the caller sends it himself
  p_by_transport boolean
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_why constant text := pyorch._dispatch_allowed();
  v_busy bigint;
begin
  if v_why is not null or p_endpoint.paused then
    raise exception using
      errcode = case when v_why = 'identity mismatch' then 'PY011' else 'PY009' end,
      message = case
        when v_why is null then pg_catalog.format('endpoint "%s" is paused', p_endpoint.endpoint)
        else 'no call goes out: ' || v_why
      end,
      hint = case
        when v_why = 'identity mismatch' then 'If this database is the original: select '
                                              'pyorch.adopt();'
        when v_why is not null then 'Go on with: select pyorch.resume();'
        else pg_catalog.format('Go on with: select pyorch.resume_endpoint(%L);',
          p_endpoint.endpoint)
      end;
  end if;
  if p_by_transport and pyorch._transport() is null then
    raise exception using
      errcode = 'PY017',
      message = 'no live transport could carry the call',
      hint = pg_catalog.format(
        'Start one with: pyorch agent. Or send it from here: pyorch trigger %s --direct',
          p_endpoint.endpoint
      );
  end if;
  -- nobody else decides for it meanwhile. Written, not only locked: a repeatable read transaction
  -- that cannot see our call must not pass this by
  update pyorch.endpoint_state s
     set looked_at = s.looked_at
   where s.endpoint_id = p_endpoint.endpoint_id;
  select count(*)
    into v_busy
    from pyorch.live_call c
   where c.endpoint_id = p_endpoint.endpoint_id
     and c.finished_at is null;
  if v_busy >= p_endpoint.max_in_flight then
    raise exception using
      errcode = 'PY018',
      message = pg_catalog.format('endpoint "%s" is busy: %s of %s calls', p_endpoint.endpoint,
        v_busy, p_endpoint.max_in_flight),
      hint = 'Wait, or end one with: select pyorch.finish_call(call_id); see: select * from '
             'pyorch.call_log where finished_at is null;';
  end if;
end;
$$;

comment on function pyorch._may_call(pyorch.endpoint, boolean) is
  'Refuse a call by hand that cannot go: PY009 paused, PY011 identity, PY017 no transport, PY018 '
  'busy.';

revoke all on function pyorch._may_call(pyorch.endpoint, boolean) from public;
