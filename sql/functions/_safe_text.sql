-- pyorch._safe_text(text)
-- Text out of bytes that anybody may have sent: NUL, control characters and broken UTF-8 become
-- U+FFFD. Never raises, and needs no exception block (each one is a subtransaction, in a path that
-- runs for every call).
create or replace function pyorch._safe_text(
  -- the bytes in hexadecimal, an even number of digits; what is no hexadecimal gives null
  p_hex text
)
  returns text
  language sql
  immutable
  parallel safe
  strict
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_hex !~ '^([0-9a-f]{2})*$' then null
    -- nearly every answer: plain ASCII with tab, newline, return
    when p_hex ~ '^([2-6][0-9a-f]|7[0-9a-e]|0[9ad])*$'
      then pg_catalog.convert_from(pg_catalog.decode(p_hex, 'hex'), 'UTF8')
    else (
      select pg_catalog.convert_from(
        pg_catalog.decode(pg_catalog.string_agg(coalesce(m.part[1], 'efbfbd'), '' order by m.place),
          'hex'), 'UTF8'
      )
        from pg_catalog.regexp_matches(
          p_hex,
          '([2-6][0-9a-f]|7[0-9a-e]|0[9ad]'
          || '|c[3-9a-f][89ab].|c2[ab].|d[0-9a-f][89ab].'
          || '|e0[ab].[89ab].|e[1-9a-c][89ab].[89ab].|ed[89].[89ab].|e[ef][89ab].[89ab].'
          || '|f0[9ab].[89ab].[89ab].|f[1-3][89ab].[89ab].[89ab].|f48.[89ab].[89ab].)|..',
          'g'
        ) with ordinality m (part, place)
    )
  end;
$$;

comment on function pyorch._safe_text(text) is
  'Text out of hexadecimal bytes; what is no clean UTF-8 becomes U+FFFD.';

revoke all on function pyorch._safe_text(text) from public;
