-- pyorch._refuse_calls(bigint[], text[], timestamptz, boolean)
-- End calls that may not be sent, each with its reason, and remember the reason, so that it is
-- recorded once while it lasts: of calls that nobody asked for by hand, those with a reason that
-- stands there already leave no row.
-- Calls: pyorch._archive_calls.  Writes: pyorch.call, pyorch.call_history, pyorch.endpoint_state.
create or replace function pyorch._refuse_calls(
  p_call_ids bigint[],
  p_reasons text[],
  p_now timestamptz,
  -- only the hand-over can find this reason: no decision sees when it is over
  p_late boolean default false
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  delete from pyorch.call c
   where c.call_id in (
     select x.call_id
       from (
         select o.call_id, o.source, s.refused_why = r.reason as known,
                pg_catalog.row_number() over (
                  partition by o.endpoint_id, r.reason order by o.call_id
                ) as place
           from rows from (
                  pg_catalog.unnest(p_call_ids), pg_catalog.unnest(p_reasons)
                ) r (call_id, reason)
           join pyorch.call o on o.call_id = r.call_id
           join pyorch.endpoint_state s on s.endpoint_id = o.endpoint_id
       ) x
      where x.source in ('schedule', 'wake')
        and (x.known or x.place > 1)
   );
  update pyorch.call c
     set outcome = 'refused', error = r.reason, settled_at = p_now, finished_at = p_now
    from rows from (
      pg_catalog.unnest(p_call_ids), pg_catalog.unnest(p_reasons)
    ) r (call_id, reason)
   where c.call_id = r.call_id;
  update pyorch.endpoint_state s
     set refused_why = r.reason,
         refused_since = case when s.refused_why is null then p_now else s.refused_since end,
         refused_late = p_late,
         last_outcome = 'refused',
         last_call_at = p_now
    from (
      select distinct on (c.endpoint_id) c.endpoint_id, c.error as reason
        from pyorch.call c
       where c.call_id = any (p_call_ids)
       order by c.endpoint_id, c.call_id desc
    ) r
   where s.endpoint_id = r.endpoint_id;
  perform pyorch._archive_calls(p_call_ids);
end;
$$;

comment on function pyorch._refuse_calls(bigint[], text[], timestamptz, boolean) is
  'End calls as refused, with their reasons; one row while a reason lasts.';

revoke all on function pyorch._refuse_calls(bigint[], text[], timestamptz, boolean) from public;
