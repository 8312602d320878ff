-- pyorch._attached_set(jsonb, jsonb, text, text)
-- What one event writes into the user's row: the SET list of an UPDATE of `j`, with only the
-- columns that the table has. `v_now`, `v_fence` and the parameters of the function stand for
-- themselves; `m` is the row that joined (phase, retry_at, result).
create or replace function pyorch._attached_set(
  -- pyorch.attached: columns, statuses, time_zone
  p_columns jsonb,
  p_statuses jsonb,
  p_time_zone text,
  -- claim | complete | fail | release | unlock | redrive
  p_event text
)
  returns text
  language sql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  with word (status, literal) as (
    -- typed, since a CASE of plain literals is text and no enum takes that
    select s.key, pg_catalog.format('%L::%s', s.value, p_columns #>> '{status,type}')
      from pg_catalog.jsonb_each_text(p_statuses) s
  ),
  ending as (
    select pg_catalog.format(
      'case m.phase when ''dead'' then %s else %s end',
      (select w.literal from word w where w.status = 'failed'),
      (select w.literal from word w where w.status = 'pending')
    ) as expression
  ),
  -- in the order in which they are written; null: the event leaves the column alone
  part (word, expression) as (
    values
      ('status', case
        when p_event = 'claim' then (select w.literal from word w where w.status = 'processing')
        when p_event = 'complete' then (select w.literal from word w where w.status = 'complete')
        when p_event in ('fail', 'unlock') then (select e.expression from ending e)
        -- as it is, where a heartbeat has nothing to write
        when p_event = 'heartbeat' then
          case when not pyorch._attached_fenced(p_columns) then '{c}' end
        else (select w.literal from word w where w.status = 'pending')
      end),
      ('attempts', case p_event
        when 'claim' then 'coalesce({c}, 0) + 1'
        when 'release' then 'greatest(coalesce({c}, 0) - 1, 0)'
        when 'redrive' then '0'
      end),
      ('locked_at', case
        when p_event = 'claim' and pyorch._attached_fenced(p_columns) then 'v_fence'
        when p_event = 'claim' then '{now}'
        when p_event = 'heartbeat' then
          case when pyorch._attached_fenced(p_columns) then
            'm.claimed_at + ''1 microsecond''::interval' end
        when p_event <> 'complete' then '{null}'
      end),
      ('locked_by', case
        when p_event = 'claim' then '{cut:p_worker}'
        when p_event not in ('complete', 'heartbeat') then '{null}'
      end),
      ('run_at', case when p_event = 'fail' then
        'case m.phase when ''dead'' then {c} else {retry} end' end),
      ('error', case
        when p_event = 'fail' then '{cut:p_error}'
        when p_event = 'unlock' then
          'case m.phase when ''dead'' then {cut:m.last_error} else {c} end'
        when p_event = 'complete' then '{null}'
      end),
      ('result', case when p_event = 'complete' then '{result}' end),
      ('completed_at', case p_event when 'complete' then '{now}' when 'redrive' then '{null}' end),
      ('updated_at', '{now}')
  ),
  done as (
    select pg_catalog.quote_ident(c.value ->> 'name') as name,
           c.value as col,
           case when c.value ->> 'base' = 'timestamp' then
             pg_catalog.format(' at time zone %L', p_time_zone) else '' end as zone,
           p.expression,
           pg_catalog.row_number() over () as n
      from part p
      join pg_catalog.jsonb_each(p_columns) c on c.key = p.word
     where p.expression is not null
       -- emptied only where the column may be empty
       and (p.expression <> '{null}' or (c.value ->> 'nullable')::boolean)
  )
  select pg_catalog.string_agg(
           d.name || ' = ' || pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(
             pg_catalog.replace(pg_catalog.replace(
               pg_catalog.regexp_replace(
                 d.expression,
                 '\{cut:([a-z_.]+)\}',
                 case
                   when d.col ->> 'length' is null then '\1'
                   else pg_catalog.format('pg_catalog.left(\1, %s)', d.col ->> 'length')
                 end
               ),
               '{c}', 'j.' || d.name),
             '{now}', pg_catalog.format('(v_now%s)', d.zone)),
             '{retry}', pg_catalog.format('(m.retry_at%s)', d.zone)),
             '{null}', 'null'),
             '{result}', case
               when d.col ->> 'base' in ('jsonb', 'json') then 'm.result::' || (d.col ->> 'type')
               else '(m.result #>> ''{}'')::' || (d.col ->> 'type')
             end),
           E',\n           ' order by d.n
         )
    from done d;
$$;

comment on function pyorch._attached_set(jsonb, jsonb, text, text) is
  'The SET list with which one event writes an attached table.';

revoke all on function pyorch._attached_set(jsonb, jsonb, text, text) from public;
