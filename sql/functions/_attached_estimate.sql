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
  language plpgsql
  stable
  parallel safe
  security invoker
  set search_path = ''
as $$
declare
  v_rows double precision;
  v_schema name;
  v_table name;
  v_column name;
  v_estimate bigint;
begin
  if p_counted <= p_cap then
    return p_counted;
  end if;
  select greatest(c.reltuples, 0), n.nspname, c.relname, a.columns #>> '{status,name}'
    into v_rows, v_schema, v_table, v_column
    from pyorch.queue q
    join pyorch.attached a on a.queue_id = q.queue_id
    join pg_catalog.pg_class c on c.oid = q.relation
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where q.queue_id = p_queue_id;
  -- by known names, so that the view looks at one column: joined, it checks the rights on all there
  -- are
  select (v_rows * f.share)::bigint
    into v_estimate
    from pg_catalog.pg_stats s,
         unnest(s.most_common_vals::text::text[], s.most_common_freqs) f (word, share)
   where s.schemaname = v_schema
     and s.tablename = v_table
     and s.attname = v_column
     and f.word = p_status
   limit 1;
  return greatest(coalesce(p_counted, 0), coalesce(v_estimate, 0));
end;
$$;

comment on function pyorch._attached_estimate(integer, text, bigint, integer) is
  'How many rows of an attached table have a status, from a capped count and statistics.';

revoke all on function pyorch._attached_estimate(integer, text, bigint, integer) from public;
