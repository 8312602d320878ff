-- pyorch._check_setting(text, jsonb)
-- Check one value for pyorch.configure() and return it in its canonical form; PY001, PY003 when it
-- does not fit.
-- Calls: pyorch._check_options, pyorch._option_interval, pyorch._option_number, pyorch._step_words,
-- pyorch._cron_text, pyorch._endpoint_id.
create or replace function pyorch._check_setting(p_setting text, p_value jsonb)
  returns jsonb
  language plpgsql
  stable
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_text constant text := p_value #>> '{}';
  v_option constant jsonb := pg_catalog.jsonb_build_object(p_setting, p_value);
  v_complaint text;
  v_key text;
begin
  case
    when p_setting = 'scheduler' and v_text not in ('auto', 'pg_cron', 'agent') then
      v_complaint := 'Give "auto", "pg_cron" or "agent".';
    when p_setting = 'transport' and v_text not in ('auto', 'pg_net', 'agent') then
      v_complaint := 'Give "auto", "pg_net" or "agent".';
    when p_setting in ('tick', 'metrics_every', 'maintain_every') then
      if pyorch._cron_text(
        pyorch._option_interval(v_option, p_setting, null, '1 second', '1 day'), true
      ) is null then
        v_complaint := 'Give whole seconds below a minute, minutes that divide an hour, '
          'or hours that divide a day.';
      end if;
    when p_setting = 'budget' then
      perform pyorch._option_interval(v_option, p_setting, null, '100 milliseconds', '5 minutes');
    when p_setting = 'ping_every' then
      perform pyorch._option_interval(v_option, p_setting, null, '1 second', '1 day');
    when p_setting = 'unlock_batch' then
      return pg_catalog.to_jsonb(
        pyorch._option_number(v_option, p_setting, null, 1, 100000)::integer
      );
    when p_setting in ('skip', 'allowed_hosts') then
      if pg_catalog.jsonb_typeof(p_value) <> 'array' then
        v_complaint := 'Give a JSON array of words.';
      elsif p_setting = 'skip' then
        return pg_catalog.to_jsonb(pyorch._step_words(
          array(select pg_catalog.jsonb_array_elements_text(p_value))
        ));
      end if;
    when p_setting = 'ping' then
      perform pyorch._endpoint_id(v_text);
    when p_setting = 'missed' then
      perform pyorch._check_options(p_value, array(select j.job from pyorch.job j), 'job');
      if exists (
        select
          from pg_catalog.jsonb_each_text(p_value) e
         where e.value not in ('skip', 'once', 'each')
      ) then
        v_complaint := 'Give for each job "skip", "once" or "each".';
      end if;
    when p_setting = 'retention' then
      perform pyorch._check_options(
        p_value, '{runs,calls,metrics,raw_metrics,cron}', 'retention'
      );
      for v_key in select k from pg_catalog.jsonb_object_keys(p_value) k loop
        perform pyorch._option_interval(p_value, v_key, null, '1 hour');
      end loop;
    else
      null;
  end case;
  if v_complaint is not null then
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format('"%s" is no value for "%s"', v_text, p_setting),
      hint = v_complaint;
  end if;
  return p_value;
end;
$$;

comment on function pyorch._check_setting(text, jsonb) is
  'Check one value for pyorch.configure() and return it in its canonical form.';

revoke all on function pyorch._check_setting(text, jsonb) from public;
