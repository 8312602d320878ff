-- pyorch._attached_facts(integer)
-- What is expensive to find out about an attached table: whether it has the advised indexes
-- ("indexed"), how many rows of each status its statistics say ("rows"). Found out anew when its
-- indexes, its statistics or the mapping have changed ("key"). Besides, how many rows changed since
-- the statistics were taken ("changed").
-- Calls: pyorch._attached_indexes.  Reads: pyorch.queue, the catalog.  Writes: pyorch.attached.
create or replace function pyorch._attached_facts(p_queue_id integer)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v record;
  v_key jsonb;
  v_changed jsonb;
  v_facts jsonb;
begin
  select q.relation, a.facts, c.reltuples, n.nspname, c.relname,
         a.columns #>> '{status,name}' as status,
         pg_catalog.hashtext((a.columns, a.statuses, a.order_sql)::text) as mapping
    into v
    from pyorch.queue q
    join pyorch.attached a on a.queue_id = q.queue_id
    join pg_catalog.pg_class c on c.oid = q.relation
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where q.queue_id = p_queue_id;
  if not found then
    return '{"indexed": true, "rows": {}, "changed": 0}';
  end if;
  v_changed := pg_catalog.jsonb_build_object(
    'changed', pg_catalog.pg_stat_get_mod_since_analyze(v.relation)
  );
  v_key := pg_catalog.jsonb_build_array(
    v.mapping,
    v.reltuples,
    pg_catalog.pg_stat_get_analyze_count(v.relation)
      + pg_catalog.pg_stat_get_autoanalyze_count(v.relation),
    array(
      select i.indexrelid
        from pg_catalog.pg_index i
       where i.indrelid = v.relation
         and i.indisvalid
       -- not as it stands: the plan would read all of the index that has this order
       order by i.indexrelid::bigint
    )
  );
  if v.facts -> 'key' = v_key then
    return v.facts || v_changed;
  end if;
  v_facts := pg_catalog.jsonb_build_object(
    'key', v_key,
    'indexed', not exists (
      select from pyorch._attached_indexes(p_queue_id) i where not i.present
    ),
    -- by known names, so that the view looks at one column: joined, it checks the rights on all
    -- there are
    'rows', (
      select coalesce(
               pg_catalog.jsonb_object_agg(f.word, (greatest(v.reltuples, 0) * f.share)::bigint
                                               order by s.inherited),
               '{}'
             )
        from pg_catalog.pg_stats s,
             unnest(s.most_common_vals::text::text[], s.most_common_freqs) f (word, share)
       where s.schemaname = v.nspname
         and s.tablename = v.relname
         and s.attname = v.status
    )
  );
  if pg_catalog.current_setting('transaction_read_only') = 'off' then
    update pyorch.attached a
       set facts = v_facts
     where a.ctid = any (array(
       select x.ctid from pyorch.attached x
        where x.queue_id = p_queue_id for no key update skip locked
     ));
  end if;
  return v_facts || v_changed;
end;
$$;

comment on function pyorch._attached_facts(integer) is
  'Whether an attached table has its indexes, and how many rows of each status its statistics say.';

revoke all on function pyorch._attached_facts(integer) from public;
