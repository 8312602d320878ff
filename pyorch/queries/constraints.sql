-- Constraints by name. PostgreSQL 18 lists NOT NULL among them: that is a fact of the column here, on every version.
select format('%s.%s', c.oid::regclass, quote_ident(k.conname)) as name,
       jsonb_build_object(
         'kind', k.contype,
         'definition', pg_get_constraintdef(k.oid),
         'validated', k.convalidated
       ) as facts
  from pg_constraint k
  join pg_class c on c.oid = k.conrelid
  join pg_namespace n on n.oid = c.relnamespace
 where n.nspname in ('pyorch', 'pyorch_api')
   and k.contype <> 'n'
   and not c.relispartition
   and c.relname !~ '^(_?q_[0-9a-z]|(native|lane|key|group|done|dead|stalled|waiting)_)'
   and c.relname <> 'alembic_version';
