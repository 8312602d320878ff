-- pyorch._grant(text, text, text, text)
-- Record that a part (admin, operator, worker, viewer) may use an object, and grant it now if that
-- role exists.
-- A part includes the lesser ones: viewer < operator < admin, worker < admin.
-- Writes: pyorch.wanted_grant, the object's ACL.
create or replace procedure pyorch._grant(
  -- the least part that may
  p_part text,
  -- execute | select | usage
  p_privilege text,
  -- function | table | schema
  p_object_kind text,
  -- qualified; a function with its argument types
  p_object_name text
)
  language plpgsql
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_object text;
  v_part text;
  v_role name;
begin
  v_object := case p_object_kind
    when 'function' then p_object_name::regprocedure::text
    when 'table' then p_object_name::regclass::text
    else p_object_name
  end;
  foreach v_part in array case p_part
    when 'viewer' then array['viewer', 'operator', 'admin']
    when 'operator' then array['operator', 'admin']
    when 'worker' then array['worker', 'admin']
    else array['admin']
  end
  loop
    insert into pyorch.wanted_grant (part, privilege, object_kind, object_name)
    values (v_part, p_privilege, p_object_kind, v_object)
    on conflict do nothing;

    select r.rolname
      into v_role
      from pyorch.role_map m
      join pg_catalog.pg_roles r on r.rolname = m.role_name
     where m.part = v_part;
    if found then
      execute pg_catalog.format(
        'grant %s on %s %s to %I',
        p_privilege,
        case when p_object_kind = 'function' then 'routine' else p_object_kind end,
        v_object,
        v_role
      );
    end if;
  end loop;
end;
$$;

comment on procedure pyorch._grant(text, text, text, text) is
  'Record who may use an object, and grant it where the role exists.';

revoke all on procedure pyorch._grant(text, text, text, text) from public;
