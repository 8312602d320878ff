-- pyorch._attach_degrades(jsonb)
-- What an attached queue cannot do, or does in a lesser way, for want of a column: one sentence
-- each.
create or replace function pyorch._attach_degrades(
  -- word → column, as found
  p_columns jsonb
)
  returns text[]
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.array_agg(d.sentence order by d.n)
    from (values
      (1, true,
       'fencing holds for what goes through pyorch:'
       ' other code that writes the status is not stopped'),
      (2, not p_columns ? 'locked_at' and p_columns ? 'updated_at',
       'no locked_at: what other code set to processing is unlocked by the age of updated_at'),
      (3, not p_columns ?| array['locked_at', 'updated_at'],
       'neither locked_at nor updated_at: only items that pyorch claimed can be unlocked'),
      (4, not p_columns ? 'locked_by',
       'no locked_by: who has an item is not known, or stands in pyorch.item_state alone'),
      (5, not p_columns ? 'attempts',
       'no attempts: they are counted in pyorch.item_state, those of other code not at all'),
      (6, not p_columns ? 'priority',
       'no priority: the oldest item goes first'),
      (7, not p_columns ? 'created_at',
       'no created_at: the order is that of the id, and the age of the oldest item is unknown'),
      (8, not p_columns ? 'run_at',
       'no run_at: retry times stand in pyorch.item_state;'
       ' other code may take an item before its time'),
      (9, not p_columns ? 'error',
       'no error: the last error stands in pyorch.item_state,'
       ' and goes with the item''s completion'),
      (10, not p_columns ? 'completed_at',
       'no completed_at: nothing tells when an item was done'),
      (11, not p_columns ? 'result',
       'no result: results given to complete() are not kept'),
      (12, not p_columns ? 'group',
       'no group: items of one group may be in work at the same time'
       ' (columns: {"group": "…"} names the column)'),
      (13, not pyorch._attached_fenced(p_columns),
       'not both attempts and a locked_at of timestamptz: each claim writes a row of'
       ' pyorch.item_state, and takes about twice as long'),
      (14, true,
       'no enqueue, keys, retention, notify, durability: insert into the table yourself;'
       ' its unique constraints, its history and its triggers are yours')
    ) d (n, applies, sentence)
   where d.applies;
$$;

comment on function pyorch._attach_degrades(jsonb) is
  'What an attached queue cannot do, or does in a lesser way, for want of a column.';

revoke all on function pyorch._attach_degrades(jsonb) from public;
