-- pyorch._endpoint_health()
-- Endpoints that fail, are refused, stall in silence, or drain or fill a queue that is gone.
-- Calls: pyorch._option_array.
-- Reads: pyorch.endpoint, pyorch.endpoint_state, pyorch.call, pyorch.queue.
create or replace function pyorch._endpoint_health()
  returns table (
    severity text,
    code text,
    subject text,
    since timestamptz,
    evidence text,
    advice text
  )
  language sql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  with x as materialized (
    select e.*, s.failures_in_row, s.failing_since, s.breaker, s.breaker_until, s.hold_until,
      s.refused_why, s.refused_since,
           s.idle_calls, s.stalled_since, s.last_error, s.last_status, q.queue
      from pyorch.endpoint e
      join pyorch.endpoint_state s on s.endpoint_id = e.endpoint_id
      left join pyorch.queue q on q.queue_id = e.queue_id
  )
  select case when x.breaker = 'closed' and x.failures_in_row < 3 then 'warning'
    else 'critical' end,
         case when x.breaker = 'closed' then 'endpoint_failing' else 'breaker_open' end,
         x.endpoint, x.failing_since,
         pg_catalog.format(
           'failures in a row: %s, the last one: %s%s', x.failures_in_row,
             coalesce(x.last_error, 'unknown'),
           case when x.breaker <> 'closed' then pg_catalog.format('; breaker %s, next probe '
             '%s', x.breaker, x.breaker_until) end
         ),
         case
           when x.last_status = 404 then 'Is it deployed under this url? '
           when x.last_status in (401, 403) then 'Is its key right? '
           else ''
         end || pg_catalog.format(
           'See: select * from pyorch.call_log where endpoint = %1$L order by call_id desc limit '
           '5; when mended: select pyorch.resume_endpoint(%1$L);', x.endpoint
         )
    from x
   where x.failures_in_row > 0
     and not x.paused
  union all
  select 'critical', 'endpoint_refused', x.endpoint, x.refused_since, x.refused_why,
         case
           when x.refused_why like 'secret%' then 'Set it with: pyorch secret set NAME'
           when x.refused_why like 'variable%' then 'Set it with: pyorch variable set NAME VALUE'
           when x.refused_why like 'pg_net does not take it: permission denied%'
             then pg_catalog.format(
               'grant usage on schema net to %1$I; grant select, insert, delete on all tables in '
               'schema net to %1$I; grant usage on all sequences in schema net to %1$I; grant '
               'execute on all functions in schema net to %1$I; or start one: pyorch agent',
               current_user
             )
           when x.refused_why like 'its items cannot be claimed%'
             then pg_catalog.format('Mend the table of the queue "%s": the next tick claims again',
               x.queue)
           else 'Change it with: select pyorch.set_endpoint(…);'
         end
    from x
   where x.refused_why is not null
     and not x.paused
  union all
  select case when x.idle_calls >= 10 then 'critical' else 'warning' end,
         'silent_stall', x.endpoint, x.stalled_since,
         pg_catalog.format('%s calls in a row were answered well, items wait in "%s", and none of '
                           'them was claimed', x.idle_calls, x.queue),
         'Look into the endpoint''s own log: it answers, and does nothing.'
    from x
   where x.idle_calls >= 3
     and not x.paused
  union all
  select g.severity, 'queue_gone', x.endpoint, null,
         pg_catalog.format(g.evidence, g.queue),
         pg_catalog.format('Make or attach a queue of that name: it is taken up again; or give it '
                           'another one by set_endpoint; or: select pyorch.drop_endpoint(%L);',
                           x.endpoint)
    from x,
    lateral (
      select 'critical' as severity, x.options ->> 'queue' as queue,
             'it drains queue "%s", which is no more' as evidence
       where x.queue_id is not null
         and x.queue is null
      union all
      select 'warning', n.queue, 'it fills queue "%s", which is no more: high_water sees nothing'
        from pg_catalog.jsonb_array_elements_text(pyorch._option_array(x.options, 'queues'))
             n (queue)
       where x.high_water is not null
         and not exists (select from pyorch.queue q where q.queue = n.queue)
    ) g
  union all
  select 'warning', 'endpoint_paused', x.endpoint, null, 'paused by hand',
         pg_catalog.format('Go on with: select pyorch.resume_endpoint(%L);', x.endpoint)
    from x
   where x.paused
  union all
  select 'warning', 'push_unsigned', x.endpoint, null,
    'its push calls carry no signature, so that anybody could send it items',
         'Store a key by set_secret, and name it: {"signing_secrets": ["…"]}.'
    from x
   where x.mode = 'push'
     and x.signing_secrets = '{}';
$$;

comment on function pyorch._endpoint_health() is
  'Health rows about endpoints.';

revoke all on function pyorch._endpoint_health() from public;
