-- pyorch._fill(text, jsonb)
-- Put values in the place of {{names}}, in one pass, so that what a value holds is never read as a
-- name. Names without a value stay, written as {{name}}.
create or replace function pyorch._fill(p_template text, p_values jsonb)
  returns text
  language sql
  immutable
  parallel safe
  strict
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select case
    when pg_catalog.strpos(p_template, '{{') = 0 then p_template
    else (
      select pg_catalog.string_agg(
        m.part[1] || coalesce(p_values ->> m.part[2], '{{' || m.part[2] || '}}', ''),
        '' order by m.place
      )
        from pg_catalog.regexp_matches(
          p_template, '(.*?)(?:\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}|$)', 'g'
        ) with ordinality m (part, place)
    )
  end;
$$;

comment on function pyorch._fill(text, jsonb) is
  'A template with values in the place of its {{names}}.';

revoke all on function pyorch._fill(text, jsonb) from public;
