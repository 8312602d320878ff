-- pyorch._fill_template(text, jsonb)
-- Put the pieces into a template: each {word} becomes pieces → word. One pass, so that a piece may
-- hold anything.
create or replace function pyorch._fill_template(
  p_template text,
  -- word → text
  p_pieces jsonb
)
  returns text
  language plpgsql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_text text := '';
  v_literals constant text[] := pg_catalog.regexp_split_to_array(p_template, '\{[a-z_0-9]+\}');
  v_word text;
  v_at integer := 1;
begin
  for v_word in
    select m[1] from pg_catalog.regexp_matches(p_template, '\{([a-z_0-9]+)\}', 'g') m
  loop
    if p_pieces ->> v_word is null then
      raise exception using
        errcode = 'PY001',
        message = pg_catalog.format('a template asks for "%s", which nobody gave', v_word);
    end if;
    v_text := v_text || v_literals[v_at] || (p_pieces ->> v_word);
    v_at := v_at + 1;
  end loop;
  return v_text || v_literals[v_at];
end;
$$;

comment on function pyorch._fill_template(text, jsonb) is
  'A template with its {words} replaced.';

revoke all on function pyorch._fill_template(text, jsonb) from public;
