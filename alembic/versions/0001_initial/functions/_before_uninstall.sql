-- pyorch._before_uninstall()
-- Take back what stands outside our schemas: jobs of pg_cron, the alias in public. Returns notes
-- about what must be done elsewhere.
-- Calls: pyorch._cron_put.  Writes: jobs of pg_cron, function public.orchestrate().
create or replace function pyorch._before_uninstall()
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_notes jsonb := '[]';
  v_job text;
begin
  if pyorch._pg_cron() ->> 'state' = 'here' then
    for v_job in select j.job from pyorch.job j loop
      begin
        perform pyorch._cron_put(v_job, null, null);
      exception
        -- a job of that name for another database: not ours
        when sqlstate 'PY007' then
          null;
      end;
    end loop;
  elsif pyorch._pg_cron() ->> 'state' = 'elsewhere' then
    v_notes := v_notes || pg_catalog.to_jsonb(pg_catalog.format(
      'in the database of pg_cron: select cron.unschedule(jobid) from cron.job where database = %L '
      'and jobname like ''pyorch%%'';',
      pg_catalog.current_database()
    ));
  end if;
  if pg_catalog.obj_description(pg_catalog.to_regprocedure('public.orchestrate()'), 'pg_proc')
    = 'pyorch: alias of pyorch.orchestrate()'
  then
    drop function public.orchestrate();
  end if;
  return pg_catalog.jsonb_build_object('notes', v_notes);
end;
$$;

comment on function pyorch._before_uninstall() is
  'Take back what stands outside our schemas: jobs of pg_cron, the alias in public.';

revoke all on function pyorch._before_uninstall() from public;
