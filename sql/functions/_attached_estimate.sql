-- pyorch._attached_estimate(integer, text, bigint, integer)
-- How many rows of an attached table have a status: the count where it ended below the cap, else
-- what the statistics say, and never less than what was counted.
-- Reads: pyorch.queue, pyorch.attached, pg_stats.
create or replace function pyorch._attached_estimate(
  p_queue_id integer,
  -- one of the table's own words
  p_status text,
  -- null: not counted
  p_counted bigint,
  p_cap integer
)
  returns bigint
  language sql
  stable
  parallel safe
  security invoker
  set search_path = ''
as $$
  select case
    when p_counted <= p_cap then p_counted
    else greatest(
      coalesce(p_counted, 0),
      coalesce(
        (
          select (greatest(c.reltuples, 0) * f.share)::bigint
            from pyorch.queue q
            join pyorch.attached a on a.queue_id = q.queue_id
            join pg_catalog.pg_class c on c.oid = q.relation
            join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            join pg_catalog.pg_stats s
              on s.schemaname = n.nspname
             and s.tablename = c.relname
             and s.attname = a.columns #>> '{status,name}',
                 unnest(s.most_common_vals::text::text[], s.most_common_freqs) f (word, share)
           where q.queue_id = p_queue_id
             and f.word = p_status
           limit 1
        ),
        0
      )
    )
  end;
$$;

comment on function pyorch._attached_estimate(integer, text, bigint, integer) is
  'How many rows of an attached table have a status, from a capped count and statistics.';

revoke all on function pyorch._attached_estimate(integer, text, bigint, integer) from public;
