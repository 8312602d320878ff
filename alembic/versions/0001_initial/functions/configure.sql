-- pyorch.configure(jsonb)
-- Change settings; null brings one back to its default. The schedule follows at once.
-- Calls: pyorch._settings, pyorch._check_options, pyorch._check_setting, pyorch._setting,
-- pyorch.reconcile_jobs.
-- Writes: pyorch.config, pyorch.job, jobs of pg_cron.
create or replace function pyorch.configure(
  -- {scheduler, transport, tick, budget, skip, retention, …}; only the named ones change
  options jsonb
)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_known constant text[] := array(select s.setting from pyorch._settings() s);
  v_schedule constant text[] := '{scheduler,tick,metrics_every,maintain_every,missed}';
  v_answer jsonb := '{}';
  v_key text;
  v_value jsonb;
begin
  perform pyorch._check_options(configure.options, v_known, 'setting');
  for v_key, v_value in select e.key, e.value from pg_catalog.jsonb_each(configure.options) e loop
    if v_value = 'null' then
      delete from pyorch.config s where s.setting = v_key;
    else
      v_value := pyorch._check_setting(v_key, v_value);
      insert into pyorch.config as s (setting, value)
      values (v_key, v_value)
      on conflict (setting) do update
        set value = case
          when v_key in ('retention', 'missed')
            then pg_catalog.jsonb_strip_nulls(s.value || excluded.value)
          else excluded.value
        end;
    end if;
    v_answer := v_answer || pg_catalog.jsonb_build_object(v_key, pyorch._setting(v_key));
  end loop;
  if configure.options ?| v_schedule then
    v_answer := v_answer || pg_catalog.jsonb_build_object('jobs', (
      select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r)) from pyorch.reconcile_jobs() r
    ));
  end if;
  return v_answer;
end;
$$;

comment on function pyorch.configure(jsonb) is
  'Change settings: scheduler (auto | pg_cron | agent), transport (auto | pg_net | agent), tick,'
  ' budget, ping_every, metrics_every, maintain_every (intervals), skip (steps), retention {runs,'
  ' calls, metrics, raw_metrics, cron}, unlock_batch (items), missed {job: skip | once | each},'
  ' allowed_hosts (array), ping (an endpoint). null resets one. Returns the values in force and,'
  ' where the schedule was touched, what was done. Raises PY001, PY003.';

revoke all on function pyorch.configure(jsonb) from public;

call pyorch._grant('admin', 'execute', 'function', 'pyorch.configure(jsonb)');
