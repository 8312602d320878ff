-- pyorch._after_install(jsonb)
-- The part of `pyorch install` that is SQL: roles, identity, settings, jobs, alias. Twice is
-- harmless.
-- Returns what was found and what was chosen.
-- Calls: pyorch._map_roles, pyorch._check_identity, pyorch.configure, pyorch.reconcile_jobs,
-- pyorch._make_alias.
create or replace function pyorch._after_install(
  -- {admin_role, operator_role, worker_role, viewer_role, scheduler, transport}
  p_options jsonb default '{}'
)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_settings constant jsonb := (
    select coalesce(pg_catalog.jsonb_object_agg(o.key, o.value), '{}')
      from pg_catalog.jsonb_each(p_options) o
     where o.key in ('scheduler', 'transport')
  );
  v_cron constant jsonb := pyorch._pg_cron();
  v_roles jsonb;
  v_jobs jsonb;
  v_notes jsonb := '[]';
  v_note text;
begin
  perform pyorch._check_options(
    p_options,
    '{admin_role,operator_role,worker_role,viewer_role,scheduler,transport}',
    'install option'
  );
  v_roles := pyorch._map_roles(p_options);
  if not pyorch._check_identity() then
    v_notes := v_notes || pg_catalog.to_jsonb(
      'this database is a copy: nothing is sent until select pyorch.adopt();'::text
    );
  end if;
  perform pyorch.configure(v_settings);
  v_jobs := (select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r)) from pyorch.reconcile_jobs() r);
  v_note := pyorch._make_alias();
  if v_note is not null then
    v_notes := v_notes || pg_catalog.to_jsonb(v_note);
  end if;
  if v_cron ->> 'state' = 'denied' then
    v_notes := v_notes || pg_catalog.to_jsonb(pg_catalog.format(
      'pg_cron is here but not for us: grant usage on schema cron to %I;', current_user
    ));
  end if;
  return pg_catalog.jsonb_build_object(
    'server_version', pg_catalog.current_setting('server_version'),
    'pg_cron', v_cron || pg_catalog.jsonb_build_object('present', v_cron ->> 'state' <> 'absent'),
    'pg_net', pg_catalog.jsonb_build_object(
      'present', e.version is not null,
      'version', e.version,
      'here', e.version is not null and pyorch._pg_net_here()
    ),
    'scheduler', pyorch._scheduler(),
    'transport', pyorch._transport(),
    'jobs', v_jobs,
    'roles', v_roles,
    'notes', v_notes
  )
    from (
      select (
        select x.extversion from pg_catalog.pg_extension x where x.extname = 'pg_net'
      ) as version
    ) e;
end;
$$;

comment on function pyorch._after_install(jsonb) is
  'The part of `pyorch install` that is SQL: roles, identity, settings, jobs, alias.';

revoke all on function pyorch._after_install(jsonb) from public;
