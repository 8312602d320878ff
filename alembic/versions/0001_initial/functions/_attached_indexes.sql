-- pyorch._attached_indexes(integer)
-- The indexes with which the cost of an attached queue does not grow with its table, and whether
-- the table has them (by whatever name): the statement that makes each.
-- Reads: pyorch.queue, pyorch.attached, the catalog.
create or replace function pyorch._attached_indexes(p_queue_id integer)
  returns table (purpose text, statement text, present boolean)
  language sql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  with queue as (
    select q.relation, a.columns, a.statuses, a.order_sql, c.relkind, c.relname, n.nspname,
           pg_catalog.quote_ident(a.columns #>> '{status,name}') as status
      from pyorch.queue q
      join pyorch.attached a on a.queue_id = q.queue_id
      join pg_catalog.pg_class c on c.oid = q.relation
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where q.queue_id = p_queue_id
  ),
  -- option: as pg_index.indoption has it: 1 desc, 2 nulls first
  key (purpose, word, n, option) as (
    select 'claim', k.word, k.n, case
             when k.word <> 'priority' then 0
             when (q.columns #>> '{priority,nullable}')::boolean then 1
             else 3
           end
      from queue q, (values ('priority', 1), ('created_at', 2), ('id', 3)) k (word, n)
    union all
    select 'processing', coalesce(case when q.columns ? 'locked_at' then 'locked_at' end,
             case when q.columns ? 'updated_at' then 'updated_at' end, 'id'), 1, 0 from queue q
    union all
    select 'dead', 'id', 1, 0
    union all
    select 'group', 'group', 1, 0 from queue q where q.columns ? 'group'
    union all
    select 'group', k.word, k.n, case
             when k.word <> 'priority' then 0
             when (q.columns #>> '{priority,nullable}')::boolean then 1
             else 3
           end
      from queue q, (values ('priority', 2), ('created_at', 3), ('id', 4)) k (word, n)
     where q.columns ? 'group'
  ),
  wanted as (
    select k.purpose,
           pg_catalog.array_agg(a.attnum order by k.n) as attnums,
           pg_catalog.array_agg(k.option order by k.n) as options,
           pg_catalog.string_agg(
             pg_catalog.quote_ident(a.attname)
               || case k.option when 1 then ' desc nulls last' when 3 then ' desc' else '' end,
             ', ' order by k.n
           ) as list,
           case k.purpose
             when 'claim' then array[q.statuses ->> 'pending']
             when 'processing' then array[q.statuses ->> 'processing']
             when 'dead' then array[q.statuses ->> 'failed']
             else array[q.statuses ->> 'pending', q.statuses ->> 'processing']
           end as words
      from queue q,
           key k,
           pg_catalog.pg_attribute a
     where a.attrelid = q.relation
       and a.attname = q.columns #>> array[k.word, 'name']
     group by k.purpose, q.statuses
  ),
  have as (
    select pg_catalog.string_to_array(i.indkey::text, ' ')::smallint[] as attnums,
           pg_catalog.string_to_array(i.indoption::text, ' ')::integer[] as options,
           i.indkey[0] as first,
           i.indpred is null as whole,
           -- without casts and brackets, which differ by the column's type
           pg_catalog.regexp_replace(
             pg_catalog.pg_get_expr(i.indpred, i.indrelid),
             '[()]|::[a-zA-Z_."]+( varying)?(\[\])?', '', 'g'
           ) as condition
      from pg_catalog.pg_index i
      join queue q on q.relation = i.indrelid
     where i.indisvalid
  )
  select w.purpose,
         pg_catalog.format(
           'create index %sif not exists %I on %I.%I (%s) where %s',
           -- a partitioned table has no concurrent build
           case when q.relkind = 'p' then '' else 'concurrently ' end,
           pg_catalog.left(q.relname, 40) || '_pyorch_' || w.purpose || '_idx',
           q.nspname,
           q.relname,
           case when w.purpose = 'claim' then coalesce(q.order_sql, w.list) else w.list end,
           c.condition
         ),
         exists (
           select 1
             from have h
            where case
                    when h.whole then
                      w.purpose <> 'group'
                      and h.first = (select a.attnum from pg_catalog.pg_attribute a
                                      where a.attrelid = q.relation
                                        and a.attname = q.columns #>> '{status,name}')
                      and (w.purpose <> 'claim'
                           or h.attnums[2:pg_catalog.cardinality(w.attnums) + 1] = w.attnums
                              and h.options[2:pg_catalog.cardinality(w.attnums) + 1] = w.options)
                    when w.purpose = 'group' then h.first = w.attnums[1]
                    else h.condition = c.condition
                      and (q.order_sql is not null or w.purpose = 'dead'
                           or h.attnums[1:pg_catalog.cardinality(w.attnums)] = w.attnums
                              and h.options[1:pg_catalog.cardinality(w.attnums)] = w.options)
                  end
         )
    from queue q,
         wanted w,
         lateral (
           select case
             when pg_catalog.cardinality(w.words) = 1
               then pg_catalog.format('%s = %L', q.status, w.words[1])
             else pg_catalog.format('%s in (%L, %L)', q.status, w.words[1], w.words[2])
           end as condition
         ) c
   order by w.purpose;
$$;

comment on function pyorch._attached_indexes(integer) is
  'The indexes that an attached queue wants, and whether its table has them.';

revoke all on function pyorch._attached_indexes(integer) from public;
