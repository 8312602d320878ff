-- pyorch._promote_probes(timestamptz)
-- Breakers whose cool-off is over: the oldest retry that waits behind one becomes its probe. (Where
-- none waits, the next decision is the probe.) Waits for nobody: everywhere else calls are locked
-- before the states of their endpoints.
-- Writes: pyorch.call, pyorch.endpoint_state.
create or replace function pyorch._promote_probes(p_now timestamptz)
  returns void
  language sql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  with ready as materialized (
    select s.endpoint_id
      from pyorch.endpoint_state s
     where s.breaker = 'open'
       and s.breaker_until <= p_now
       and exists (select 1 from pyorch.live_call c where c.endpoint_id = s.endpoint_id
         and c.sent_at is null)
     order by s.endpoint_id
       for no key update skip locked
  ), probe as (
    update pyorch.call c
       set probe = true, not_before = null
     where c.call_id in (
       select o.call_id
         from pyorch.live_call o
        where o.call_id in (
          select min(w.call_id)
            from pyorch.live_call w
            join ready r on r.endpoint_id = w.endpoint_id
           where w.sent_at is null and w.outcome is null
           group by w.endpoint_id
        )
          for update skip locked
     )
    returning c.endpoint_id
  )
  update pyorch.endpoint_state s
     set breaker = 'half_open'
    from probe p
   where s.endpoint_id = p.endpoint_id;
$$;

comment on function pyorch._promote_probes(timestamptz) is
  'Let one waiting retry probe each breaker whose cool-off is over.';

revoke all on function pyorch._promote_probes(timestamptz) from public;
