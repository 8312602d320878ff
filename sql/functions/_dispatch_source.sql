-- pyorch._dispatch_source(text)
-- The functions that lead enqueue, claim and complete to those of a queue. A call by a name that is
-- put together at run time is parsed and planned each time: 20 µs of the 80 that a claim takes.
-- These know every queue and call statically; one that they do not know yet, they call by its name.
-- Calls: pyorch._dispatch_tree, pyorch._dispatch_verbs.  Reads: pyorch.queue.
create or replace function pyorch._dispatch_source(
  -- leave this queue out: it is about to go
  p_without text default null
)
  returns table (routine text, body text, statement text)
  language sql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  with source as (
    select v.verb,
           v.arguments,
           v.types,
           v.returns,
           pg_catalog.format(
             E'\ndeclare\n  v_item %s;\nbegin\n%s-- none of them: it is new, or there is none\n'
               'perform pyorch._queue_id(p_queue);\n%s;\nend;\n',
             pg_catalog.replace(v.returns, 'setof ', ''),
             pyorch._dispatch_tree(
               pg_catalog.array_agg(q.queue order by q.queue collate "C")
                 filter (where q.queue > ''),
               pg_catalog.array_agg(
                 pg_catalog.replace(v.static_call, '{q}', q.queue) order by q.queue collate "C"
               ) filter (where q.queue > '')
             ),
             v.call_by_name
           ) as code
      from pyorch._dispatch_verbs() v
      left join pyorch.queue q
        on q.queue is distinct from p_without and (q.kind = 'native' or v.verb <> 'enqueue')
     group by v.verb, v.arguments, v.types, v.returns, v.static_call, v.call_by_name
  )
  select pg_catalog.format('pyorch._q_to_%s(%s)', s.verb, s.types),
         s.code,
         pg_catalog.format(
           E'create or replace function pyorch._q_to_%s(%s)\n  returns %s\n  language plpgsql\n'
             '  volatile\n  parallel unsafe\n  security invoker\nas $pyorch$%s$pyorch$',
           s.verb, s.arguments, s.returns, s.code
         )
    from source s;
$$;

comment on function pyorch._dispatch_source(text) is
  'The functions that lead enqueue, claim and complete to those of a queue.';

revoke all on function pyorch._dispatch_source(text) from public;
