-- pyorch._check_options(jsonb, text[], text)
-- Refuse an options object that holds a key nobody knows, and name a near one and all that exist.
-- Calls: pyorch._nearest.
create or replace function pyorch._check_options(
  -- what the caller gave
  p_options jsonb,
  -- the keys that exist
  p_known text[],
  -- where the key stood, for the message: 'queue option', 'endpoint option', …
  p_what text
)
  returns void
  language plpgsql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_key text;
  v_nearest text;
begin
  if pg_catalog.jsonb_typeof(p_options) is distinct from 'object' then
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format('%ss must be a JSON object', p_what),
      hint = 'Give for example: ''{"' || p_known[1] || '": …}''.';
  end if;
  for v_key in select k from pg_catalog.jsonb_object_keys(p_options) k order by k loop
    continue when v_key = any (p_known);
    v_nearest := pyorch._nearest(v_key, p_known);
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format('unknown %s "%s"', p_what, v_key),
      hint = pg_catalog.format(
        '%sKnown: %s.',
        'Did you mean "' || v_nearest || '"? ', pg_catalog.array_to_string(p_known, ', ')
      );
  end loop;
end;
$$;

comment on function pyorch._check_options(jsonb, text[], text) is
  'Refuse unknown keys of an options object (PY001), naming a near one and all known ones.';

revoke all on function pyorch._check_options(jsonb, text[], text) from public;
