-- Triggers by table and name, and whether they fire.
select format('%s.%s', c.oid::regclass, quote_ident(t.tgname)) as name,
       jsonb_build_object(
         'definition', pg_get_triggerdef(t.oid),
         'enabled', t.tgenabled
       ) as facts
  from pg_trigger t
  join pg_class c on c.oid = t.tgrelid
  join pg_namespace n on n.oid = c.relnamespace
 where n.nspname in ('pyorch', 'pyorch_api')
   and not t.tgisinternal
   and not c.relispartition
   and c.relname !~ '^(_?q_[0-9a-z]|(native|lane|key|group|done|dead|stalled|waiting)_)';
