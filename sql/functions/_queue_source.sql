-- pyorch._queue_source(integer)
-- The complete CREATE statement of each function of one queue. The body is what stands between the
-- dollar quotes, so it is exactly pg_proc.prosrc. The planner switches hold each plan to the
-- indexes, whatever the statistics say: a queue is empty when it is analyzed and has millions of
-- rows an hour later. They are read when a plan is made, which is once for each session.
-- The text is one, whatever the session's style of intervals and quotes: pyorch verify compares it.
-- The short ways find those that matter set by the public functions, which have to set a path
-- anyway: each that a function sets costs a call as much as an expression.
-- Calls: pyorch._queue_verbs, pyorch._native_source, pyorch._attached_source.  Reads:
-- pyorch.queue.
create or replace function pyorch._queue_source(p_queue_id integer)
  returns table (verb text, routine text, body text, statement text)
  language plpgsql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
  set intervalstyle = postgres
  set quote_all_identifiers = off
as $$
declare
  v_queue pyorch.queue;
  v_pins text := pg_catalog.concat(
    E'  set plan_cache_mode = force_generic_plan\n  set enable_seqscan = off\n',
    E'  set enable_sort = off\n  set enable_hashjoin = off\n  set enable_mergejoin = off\n',
    -- what the switches forbid costs so much that every small scan would be compiled
    E'  set jit = off\n'
  );
  v_path text := '';
  v_verbs text[];
  v_sources text[];
begin
  select * into strict v_queue from pyorch.queue q where q.queue_id = p_queue_id;
  if v_queue.kind = 'attached' then
    v_path := pg_catalog.format(
      E'  set search_path = %s\n',
      coalesce(nullif(v_queue.attached_search_path, ''), 'pg_catalog, pg_temp')
    );
    select pg_catalog.array_agg(a.verb), pg_catalog.array_agg(a.source)
      into v_verbs, v_sources
      from pyorch._attached_source(p_queue_id) a;
  else
    -- items in the order of the index, never of the pages: locks are taken in one order
    v_pins := v_pins || E'  set enable_bitmapscan = off\n';
    select pg_catalog.array_agg(n.verb), pg_catalog.array_agg(n.source)
      into v_verbs, v_sources
      from pyorch._native_source(p_queue_id) n;
  end if;
  return query
    select v.verb,
           pg_catalog.format('pyorch._q_%s_%s(%s)', v.verb, v_queue.queue, v.types),
           s.source,
           pg_catalog.format(
             E'create or replace function pyorch._q_%s_%s(%s)\n  returns %s\n  language plpgsql\n'
               '  volatile\n  parallel unsafe\n  security invoker\n%sas $pyorch$%s$pyorch$',
             v.verb,
             v_queue.queue,
             v.arguments,
             v.returns,
             v_path || case
               when v.verb not in ('one', 'done') then v_pins
               -- the public functions know nothing of indexes that a user's table may lack
               when v.verb = 'one' and v_path <> '' then
                 E'  set enable_sort = off\n  set enable_bitmapscan = off\n  set jit = off\n'
               else ''
             end,
             s.source
           )
      from unnest(v_verbs, v_sources) s (verb, source)
      join pyorch._queue_verbs() v on v.verb = s.verb;
end;
$$;

comment on function pyorch._queue_source(integer) is
  'The CREATE statement of each function of one queue.';

revoke all on function pyorch._queue_source(integer) from public;
