-- pyorch._close_off(text, text)
-- Take every right on one object from everybody but its owner: what default privileges gave away,
-- too, by name. For the objects of a queue, which are made long after the install and belong to
-- nobody's list.
-- Writes: the object's ACL.
create or replace procedure pyorch._close_off(
  -- routine | table | sequence
  p_kind text,
  -- as regprocedure or regclass reads it
  p_object text
)
  language plpgsql
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_grantee oid;
begin
  for v_grantee in
    select distinct a.grantee
      from (
        select coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner)), p.proowner
          from pg_catalog.pg_proc p
         where p_kind = 'routine'
           and p.oid = pg_catalog.to_regprocedure(p_object)
        union all
        select c.relacl, c.relowner
          from pg_catalog.pg_class c
         where p_kind <> 'routine'
           and c.oid = pg_catalog.to_regclass(p_object)
      ) o (acl, owner), pg_catalog.aclexplode(o.acl) a
     where a.grantee <> o.owner
  loop
    execute pg_catalog.format(
      'revoke all on %s %s from %s',
      p_kind,
      p_object,
      case when v_grantee = 0 then 'public' else v_grantee::regrole::text end
    );
  end loop;
end;
$$;

comment on procedure pyorch._close_off(text, text) is
  'Take every right on one object from everybody but its owner.';

revoke all on procedure pyorch._close_off(text, text) from public;
