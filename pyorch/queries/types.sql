-- Enums, domains and free-standing composite types.
select format_type(t.oid, null) as name,
       jsonb_build_object(
         'kind', t.typtype,
         'labels', (select jsonb_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid),
         'attributes', (
           select jsonb_agg(format('%s %s', a.attname, format_type(a.atttypid, a.atttypmod)) order by a.attnum)
             from pg_attribute a
            where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
         ),
         'base', case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end,
         'comment', md5(obj_description(t.oid, 'pg_type'))
       ) as facts
  from pg_type t
  join pg_namespace n on n.oid = t.typnamespace
  left join pg_class c on c.oid = t.typrelid
 where n.nspname in ('pyorch', 'pyorch_api')
   and t.typname !~ '^(_?q_[0-9a-z]|(native|lane|key|group|done|dead|stalled|waiting)_)'
   and (t.typtype in ('e', 'd', 'r') or (t.typtype = 'c' and c.relkind = 'c'));
