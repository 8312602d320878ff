-- pyorch._note_step(jsonb, text, numeric, jsonb)
-- Add what a step did to its run: a step that is passed several times stays one entry, its times
-- and counts add up.
-- Writes: pyorch.step_debt; pyorch.run where the run commits between its steps.
create or replace function pyorch._note_step(
  p_run jsonb,
  p_step text,
  p_ms numeric,
  -- {state, why, incomplete, again, errors, answer}
  p_part jsonb
)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_before constant jsonb := pg_catalog.jsonb_path_query_first(
    p_run, '$.steps[*] ? (@.name == $step)', pg_catalog.jsonb_build_object('step', p_step)
  );
  v_entry jsonb;
  v_run jsonb;
begin
  v_entry := pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'name', p_step,
    'state', coalesce(p_part ->> 'state', 'ok'),
    'ms', pg_catalog.round(p_ms + coalesce((v_before ->> 'ms')::numeric, 0), 3),
    'why', p_part -> 'why',
    'incomplete', nullif((p_part ->> 'incomplete')::boolean, false)
  ));
  v_run := p_run
    || coalesce(p_part -> 'answer', '{}')
    || pg_catalog.jsonb_build_object(
         'steps', pg_catalog.jsonb_path_query_array(
           p_run, '$.steps[*] ? (@.name != $step)', pg_catalog.jsonb_build_object('step', p_step)
         ) || v_entry,
         'errors', (p_run -> 'errors') || coalesce(p_part -> 'errors', '[]'),
         'again', coalesce((p_part ->> 'again')::boolean, false)
       );
  if (p_part ->> 'incomplete')::boolean then
    insert into pyorch.step_debt (step, since)
    values (p_step, pyorch._now())
    on conflict do nothing;
  else
    delete from pyorch.step_debt d where d.step = p_step;
  end if;
  if (p_run ->> 'commits')::boolean then
    update pyorch.run r
       set steps = v_run -> 'steps',
           errors = v_run -> 'errors'
     where r.run_id = (p_run ->> 'run_id')::bigint;
  end if;
  return v_run;
end;
$$;

comment on function pyorch._note_step(jsonb, text, numeric, jsonb) is
  'Add what a step did to its run.';

revoke all on function pyorch._note_step(jsonb, text, numeric, jsonb) from public;
