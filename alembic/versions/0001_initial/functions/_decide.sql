-- pyorch._decide(integer, bigint, text, text, timestamptz)
-- Decide whether an endpoint is to be called now, how often, and write those calls. Its state row
-- is locked for that (SKIP LOCKED), so that two deciders never count the same room twice.
-- Calls: pyorch._held_back, pyorch._slot_due, pyorch._calls_wanted, pyorch._rate_left,
-- pyorch._request, pyorch._take_slot, pyorch._new_calls, pyorch._note_refusal.  Writes:
-- pyorch.endpoint_state, pyorch.call, pyorch.slot.
create or replace function pyorch._decide(
  p_endpoint_id integer,
  p_run_id bigint,
  -- schedule | wake
  p_source text,
  -- agent | pg_net
  p_transport text,
  p_now timestamptz,
  out call_ids bigint[],
  -- why none; null when there are some
  out why text
)
  returns record
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  e pyorch.endpoint;
  s pyorch.endpoint_state;
  v_slot timestamptz;
  v_rate double precision;
  v_wanted integer;
  v_pending bigint;
  v_refused text;
begin
  call_ids := '{}';
  select x.* into s from pyorch.endpoint_state x
    where x.endpoint_id = p_endpoint_id for update skip locked;
  if not found then
    why := 'another session decides';
    return;
  end if;
  -- after the lock, by a snapshot of its own: it sees what the last decider wrote
  select x.* into e from pyorch.endpoint x where x.endpoint_id = p_endpoint_id;
  v_slot := pyorch._slot_due(e, s, p_now);
  v_rate := pyorch._rate_left(e, s, p_now);
  why := case
    when p_source = 'schedule' and coalesce(e.every::text, e.cron) is not null and v_slot is null
      then 'not due'
    else pyorch._held_back(e, s, p_now)
  end;
  if why is null then
    select w.calls, w.pending, w.why into v_wanted, v_pending, why from pyorch._calls_wanted(e) w;
    if why is null and v_rate < 1 then
      why := 'rate';
    end if;
  end if;
  if why is null then
    v_refused := (pyorch._request(p_endpoint_id)).refused;
    perform pyorch._note_refusal(e, s, v_refused, p_run_id, p_now);
    why := 'refused: ' || v_refused;
  end if;
  if why is null and p_source = 'schedule' and v_slot is not null
    and not pyorch._take_slot(e.endpoint_id, v_slot) then
    why := 'this slot was dispatched already';
  elsif why is null then
    -- not closed, and nothing held it back: this is the probe
    v_wanted := case when s.breaker <> 'closed' then 1 else least(v_wanted, floor(v_rate)) end;
    call_ids := pyorch._new_calls(e, v_wanted, p_run_id, p_source, p_transport, v_pending,
      s.breaker <> 'closed', p_now);
    if p_transport = 'pg_net' then
      -- it has these by now; the others were refused at their hand-over
      call_ids := array(select c.call_id from pyorch.call c where c.call_id = any (call_ids));
    end if;
    if call_ids = '{}' then
      select 'refused: ' || x.refused_why
        into why
        from pyorch.endpoint_state x
       where x.endpoint_id = p_endpoint_id
         and x.refused_late;
      if why is not null then
        -- the slot is still due
        delete from pyorch.slot t where t.endpoint_id = p_endpoint_id and t.slot = v_slot;
      end if;
    end if;
  end if;

  update pyorch.endpoint_state x
     set looked_at = p_now,
         next_due_at = case
           when p_source = 'schedule' and v_slot is not null
            and (why is null or why = 'this slot was dispatched already')
             then pyorch._slot_after(e, v_slot, p_now)
           -- the clock was set back
           when e.cron is not null and x.next_due_at > p_now
             then least(x.next_due_at, pyorch._cron_next(e.cron, p_now))
           else x.next_due_at
         end,
         breaker = case when why is null and s.breaker <> 'closed' then 'half_open'
           else x.breaker end,
         rate_left = v_rate - pg_catalog.cardinality(call_ids),
         rate_at = case when v_rate is not null then p_now end
   where x.endpoint_id = p_endpoint_id;
end;
$$;

comment on function pyorch._decide(integer, bigint, text, text, timestamptz) is
  'Decide and write the calls of one endpoint; answers their ids, or why there are none.';

revoke all on function pyorch._decide(integer, bigint, text, text, timestamptz) from public;
