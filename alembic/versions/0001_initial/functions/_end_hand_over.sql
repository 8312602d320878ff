-- pyorch._end_hand_over(bigint[], text[], timestamptz)
-- The end of a hand-over, asked once for all its calls: refuse those with a reason, and remember it
-- until a hand-over refuses none of that endpoint. Where none goes out, the slot of the schedule
-- is not used up. That no item was left to push is nobody's fault: another one took them.
-- Calls: pyorch._refuse_calls, pyorch._archive_calls.  Writes: pyorch.call, pyorch.call_history,
-- pyorch.endpoint_state, pyorch.slot.
create or replace function pyorch._end_hand_over(
  p_call_ids bigint[],
  -- one for each call; null: it goes out
  p_reasons text[],
  p_now timestamptz
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_none constant text := 'no item was left to push';
  e record;
begin
  for e in
    select c.endpoint_id,
           pg_catalog.bool_or(r.reason is null) as goes,
           pg_catalog.bool_or(c.source = 'schedule') as scheduled,
           pg_catalog.array_agg(c.call_id) filter (where r.reason <> v_none) as refused,
           pg_catalog.array_agg(r.reason) filter (where r.reason <> v_none) as reasons,
           pg_catalog.array_agg(c.call_id) filter (where r.reason = v_none) as idle
      from rows from (
             pg_catalog.unnest(p_call_ids), pg_catalog.unnest(p_reasons)
           ) r (call_id, reason)
      join pyorch.call c on c.call_id = r.call_id
     group by c.endpoint_id
     -- states are locked in this order
     order by c.endpoint_id
  loop
    if e.idle is not null then
      update pyorch.call c
         set outcome = 'refused', error = v_none, settled_at = p_now, finished_at = p_now
       where c.call_id = any (e.idle);
      perform pyorch._archive_calls(e.idle);
    end if;
    if e.refused is null then
      update pyorch.endpoint_state s
         set refused_why = null, refused_since = null, refused_late = false
       where s.endpoint_id = e.endpoint_id
         and s.refused_late
         and (e.goes or s.refused_why like 'its items cannot be claimed: %');
      continue;
    end if;
    if e.scheduled and not e.goes then
      -- an agent's calls, whose decision went on to the next slot
      with given_back as (
        delete from pyorch.slot t
         using pyorch.endpoint_state s
         where s.endpoint_id = e.endpoint_id
           and s.next_due_at > p_now
           and t.endpoint_id = e.endpoint_id
           and t.slot = (select max(o.slot) from pyorch.slot o where o.endpoint_id = t.endpoint_id)
        returning t.slot
      )
      update pyorch.endpoint_state s
         set next_due_at = g.slot
        from given_back g
       where s.endpoint_id = e.endpoint_id;
    end if;
    perform pyorch._refuse_calls(e.refused, e.reasons, p_now, true);
  end loop;
end;
$$;

comment on function pyorch._end_hand_over(bigint[], text[], timestamptz) is
  'End a hand-over: refuse the calls with a reason, forget what is over.';

revoke all on function pyorch._end_hand_over(bigint[], text[], timestamptz) from public;
