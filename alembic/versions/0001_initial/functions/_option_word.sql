-- pyorch._option_word(jsonb, text, text[])
-- Read one of a few words out of an options object: the first when missing or null, PY001 for any
-- other.
create or replace function pyorch._option_word(p_options jsonb, p_key text, p_words text[])
  returns text
  language plpgsql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
begin
  if p_options ->> p_key <> all (p_words) then
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format('"%s" cannot be %s', p_key, p_options -> p_key),
      hint = pg_catalog.format('It is one of: %s.', pg_catalog.array_to_string(p_words, ', '));
  end if;
  return coalesce(p_options ->> p_key, p_words[1]);
end;
$$;

comment on function pyorch._option_word(jsonb, text, text[]) is
  'One of a few words from an options object (PY001), or the first of them.';

revoke all on function pyorch._option_word(jsonb, text, text[]) from public;
