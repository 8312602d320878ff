-- pyorch._attached_health()
-- What is wrong with attached queues: table gone or renamed, column gone, a column that may be
-- empty now, rights lost, rows hidden, indexes missing.
-- Calls: pyorch._attached_cursor, pyorch._attached_indexes, pyorch._rows_hidden.
-- Reads: pyorch.queue, pyorch.attached.
create or replace function pyorch._attached_health()
  returns table (
    severity text,
    code text,
    subject text,
    since timestamptz,
    evidence text,
    advice text
  )
  language sql
  stable
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
  set quote_all_identifiers = off
as $$
  with queue as (
    select q.queue_id, q.queue, q.relation, q.options, a.columns, c.oid is null as gone,
           -- claims pass by what has no created_at: see pyorch._attached_cursor
           (pyorch._attached_cursor(pg_catalog.to_jsonb(a), q.queue_id) -> 'for_all')::boolean
             as by_time
      from pyorch.queue q
      join pyorch.attached a on a.queue_id = q.queue_id
      left join pg_catalog.pg_class c on c.oid = q.relation
     where q.kind = 'attached'
  )
  select 'critical', 'attached_table_gone', q.queue, null::timestamptz,
         'the table of this queue was dropped',
         pg_catalog.format('select pyorch.detach_queue(%L);', q.queue)
    from queue q
   where q.gone
  union all
  -- its functions name the table as it was called when they were made, quoted as
  -- pyorch._queue_source does
  select 'critical', 'attached_table_renamed', q.queue, null,
         pg_catalog.format(
           'its table is called %s by now, and its functions go to another name', q.relation),
         pg_catalog.format(
           'if the queue goes with that table: select pyorch.alter_queue(%L, %L); else: '
           'select pyorch.detach_queue(%L); and attach the other one', q.queue, '{}', q.queue)
    from queue q
    join pg_catalog.pg_proc p on p.pronamespace = 'pyorch'::regnamespace
     and p.proname = '_q_unlock_' || q.queue
   where not q.gone
     and pg_catalog.strpos(
       p.prosrc, pg_catalog.format('lock table %s in row exclusive', q.relation)
     ) = 0
  union all
  select 'critical', 'attached_column_gone', q.queue, null,
         pg_catalog.format('%s has no column %s any more', q.relation, c.value ->> 'name'),
         pg_catalog.format('select pyorch.detach_queue(%L); and attach it again', q.queue)
    from queue q,
         pg_catalog.jsonb_each(q.columns) c
   where not q.gone
     and not exists (
       select 1
         from pg_catalog.pg_attribute a
        where a.attrelid = q.relation
          and a.attname = c.value ->> 'name'
          and not a.attisdropped
     )
  union all
  select 'critical', 'attached_column_nullable', q.queue, null,
         pg_catalog.format(
           '%s may have rows without %s: they are never claimed', e.relation, e.attname),
         pg_catalog.format('alter table %s alter column %I set not null;', e.relation, e.attname)
           || case when w.word = 'created_at' and not e.attnotnull and e.relation = q.relation
                then pg_catalog.format(
                  ' or, to have them claimed last: select pyorch.alter_queue(%L, %L);', q.queue,
                  pg_catalog.jsonb_build_object('columns', coalesce(q.options -> 'columns', '{}'))
                ) else '' end
    from queue q
   cross join (values ('id'), ('created_at')) w (word)
   cross join lateral (
     -- the table, or one that inherits from it: each may go without what its parent has
     with recursive family (relation, level) as (
       select q.relation, 0
       union all
       select i.inhrelid::regclass, f.level + 1
         from family f
         join pg_catalog.pg_inherits i on i.inhparent = f.relation
     )
     select f.relation, a.attname, a.attnotnull
       from family f
       join pg_catalog.pg_attribute a on a.attrelid = f.relation
        and a.attname = q.columns #>> array[w.word, 'name']
        and not a.attisdropped
      where not a.attnotnull
         or exists (
           -- PostgreSQL 18: NOT NULL … NOT VALID
           select 1
             from pg_catalog.pg_constraint c
            where c.conrelid = a.attrelid
              and c.contype = 'n'
              and c.conkey = array[a.attnum]
              and not c.convalidated
         )
      -- what is set on a table is set on its heirs, too
      order by f.level, f.relation::text
      limit 1
   ) e
   where not q.gone
     and (w.word = 'id' or q.by_time)
  union all
  select 'critical', 'attached_not_allowed', q.queue, null,
         pg_catalog.format('%I may not read and update %s', current_user, q.relation),
         pg_catalog.format('grant select, update on %s to %I;', q.relation, current_user)
    from queue q
   where not q.gone
     and not (pg_catalog.has_table_privilege(q.relation, 'select')
              and pg_catalog.has_table_privilege(q.relation, 'update'))
  union all
  select 'critical', 'attached_rows_hidden', q.queue, null,
         pg_catalog.format(
           'row level security may hide rows of %s from %I', q.relation, current_user),
         pg_catalog.format(
           'create policy pyorch on %s to %I using (true) with check (true);',
           q.relation, current_user
         )
    from queue q
   where not q.gone
     and pyorch._rows_hidden(q.relation)
  union all
  select 'warning', 'attached_index_missing', q.queue, null,
         pg_catalog.format(
           '%s has no index for %s: the cost grows with the table', q.relation, i.purpose),
         i.statement || ';'
    from queue q,
         pyorch._attached_indexes(q.queue_id) i
   where not q.gone
     and not i.present;
$$;

comment on function pyorch._attached_health() is
  'What is wrong with attached queues, as rows of pyorch.health.';

revoke all on function pyorch._attached_health() from public;
