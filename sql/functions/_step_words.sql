-- pyorch._step_words(text[])
-- Check the words of a `skip` option and return the steps that they mean ('queues' is the
-- processors).
create or replace function pyorch._step_words(p_skip text[])
  returns text[]
  language plpgsql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_known constant text[] := '{unlock,settle,scrapers,processors,metrics}';
  v_steps text[] := '{}';
  v_word text;
begin
  foreach v_word in array coalesce(p_skip, '{}') loop
    v_word := case v_word when 'queues' then 'processors' else v_word end;
    if v_word is null or v_word <> all (v_known) then
      raise exception using
        errcode = 'PY001',
        message = pg_catalog.format('unknown step "%s"', v_word),
        hint = pg_catalog.format(
          'Steps are %s (queues means processors).', pg_catalog.array_to_string(v_known, ', ')
        );
    end if;
    v_steps := v_steps || v_word;
  end loop;
  return v_steps;
end;
$$;

comment on function pyorch._step_words(text[]) is
  'The steps that the words of a skip option mean; PY001 for an unknown one.';

revoke all on function pyorch._step_words(text[]) from public;
