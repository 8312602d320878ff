-- pyorch._transport_health()
-- Whether somebody carries the calls, and whether what he took makes progress. Judged by progress:
-- pg_net's own check answers wrongly in both directions.
-- Calls: pyorch._transport, pyorch._pg_net_here, pyorch._setting.  Reads: pyorch.call,
-- pyorch.agent, pyorch.endpoint, pyorch.net_epoch.
create or replace function pyorch._transport_health()
  returns table (
    severity text,
    code text,
    subject text,
    since timestamptz,
    evidence text,
    advice text
  )
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := pyorch._now();
  v_transport constant text := pyorch._transport();
  v_here constant boolean := pyorch._pg_net_here();
begin
  return query
    select 'critical', 'no_transport', 'transport', (select max(a.seen_at) from pyorch.agent a),
           pg_catalog.format(
             'no agent is live, %s; setting transport = %s: nothing is decided',
             case when v_here then 'pg_net is here' else 'pg_net does not serve this database' end,
             pyorch._setting('transport')
           ),
           'Start one with: pyorch agent. Until then: pyorch trigger --all --direct'
     where v_transport is null
       and exists (select 1 from pyorch.endpoint e where not e.paused);
  return query
    select case when count(*) filter (where c.decided_at < v_now - interval '5 minutes') > 0
      then 'critical' else 'warning' end,
           'calls_not_taken', 'transport', min(greatest(c.decided_at, c.not_before)),
           pg_catalog.format('%s calls wait for their hand-over for more than a minute', count(*)),
           'Is the agent well? See its log, and: select * from pyorch.agent;'
      from pyorch.live_call c
      join pyorch.endpoint e on e.endpoint_id = c.endpoint_id and not e.paused
      join pyorch.endpoint_state s on s.endpoint_id = c.endpoint_id and s.breaker = 'closed'
     where c.sent_at is null
       and greatest(c.decided_at, c.not_before) < v_now - interval '1 minute'
    having count(*) > 0;
  return query
    select 'warning', 'transport_forgets', 'transport', min(h.settled_at),
           pg_catalog.format('%s calls of the last 10 minutes ended as lost (%s)', count(*),
             max(h.transport)),
           case
             when max(h.transport) = 'pg_net'
               then 'pg_net''s worker makes no progress, or the server crashed. Try: select '
                    'net.worker_restart(); better: pyorch agent'
             else 'An agent died with calls in flight. See its log.'
           end
      from pyorch.call_history h
     where h.outcome = 'lost'
       and h.decided_at > v_now - interval '20 minutes'
       and h.settled_at > v_now - interval '10 minutes'
    having count(*) > 0;
  return query
    select 'critical', 'pg_net_resends', 'pg_net', n.young_since,
           'pg_net''s worker is gone, or dies each second: then it sends one batch of requests '
           'again and again',
           'See the server''s log. Usually a trigger or constraint on net._http_response; take it '
           'away.'
      from pyorch.net_epoch n
     where pyorch._pg_net_sick();
  return query
    select 'warning', 'long_timeout', e.endpoint, null::timestamptz,
           pg_catalog.format('its timeout is %s, and pg_net carries the calls: while one waits, '
                             'all answers of its batch and all later calls wait', e.timeout),
           'Answer 202 and work afterwards, or run: pyorch agent'
      from pyorch.endpoint e
     where v_transport = 'pg_net'
       and e.timeout > interval '30 seconds'
       and not e.paused;
end;
$$;

comment on function pyorch._transport_health() is
  'Health rows about the transport of calls.';

revoke all on function pyorch._transport_health() from public;
