-- What of the user's is built on something of ours: views, columns, defaults, constraints, routines, triggers.
-- A trigger that calls a function of ours was put there by us, and goes with it.
with ours as (
  select 'pg_class'::regclass as catalog, c.oid
    from pg_class c where c.relnamespace in (to_regnamespace('pyorch'), to_regnamespace('pyorch_api'))
  union all
  select 'pg_proc'::regclass, p.oid
    from pg_proc p where p.pronamespace in (to_regnamespace('pyorch'), to_regnamespace('pyorch_api'))
  union all
  select 'pg_type'::regclass, t.oid
    from pg_type t where t.typnamespace in (to_regnamespace('pyorch'), to_regnamespace('pyorch_api'))
),
built as (
  select d.classid, d.objid, d.objsubid,
         case d.classid
           when 'pg_rewrite'::regclass then (select r.ev_class from pg_rewrite r where r.oid = d.objid)
           when 'pg_attrdef'::regclass then (select a.adrelid from pg_attrdef a where a.oid = d.objid)
           when 'pg_constraint'::regclass then (select k.conrelid from pg_constraint k where k.oid = d.objid)
           when 'pg_class'::regclass then d.objid
         end as relation
    from pg_depend d
    join ours o on o.catalog = d.refclassid and o.oid = d.refobjid
   where d.deptype = 'n'
     and d.classid <> 'pg_trigger'::regclass
)
select distinct case
         when b.classid = 'pg_rewrite'::regclass then pg_describe_object('pg_class'::regclass, b.relation, 0)
         else pg_describe_object(b.classid, b.objid, b.objsubid)
       end as name
  from built b
  left join pg_class c on c.oid = b.relation
  left join pg_proc p on b.classid = 'pg_proc'::regclass and p.oid = b.objid
  left join pg_type t on b.classid = 'pg_type'::regclass and t.oid = b.objid
 where not exists (select from ours o where o.catalog = b.classid and o.oid = b.objid)
   and coalesce(c.relnamespace, p.pronamespace, t.typnamespace)
       not in (to_regnamespace('pyorch'), to_regnamespace('pyorch_api'))
 order by 1;
