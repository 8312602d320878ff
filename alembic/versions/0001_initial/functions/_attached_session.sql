-- pyorch._attached_session(text)
-- The pieces of SQL with which a claim of an attached queue reads where its session stands.
create or replace function pyorch._attached_session(
  -- the custom setting that holds it; null: none does
  p_setting text
)
  returns jsonb
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  with piece (place, is_ahead) as (
    select pg_catalog.format('nullif(pg_catalog.current_setting(%L, true), '''')', p_setting),
           -- less than 11 s before the look from the start that is due; BETWEEN would ask the clock
           -- twice
           'pg_catalog.abs(%s::float8 - 5.5::float8'
             ' - pg_catalog.date_part(''epoch'', pg_catalog.clock_timestamp())) <= 5.5::float8'
     where p_setting is not null
     union all
    select 'null', 'false'
     where p_setting is null
  )
  select pg_catalog.jsonb_build_object(
           'place', p.place,
           'cursor', pg_catalog.format('pg_catalog.string_to_array(%s, ''|'')', p.place),
           'is_ahead', pg_catalog.format(p.is_ahead, 'v_cursor[1]'),
           -- the claim of one item takes no array apart: it would cost as much as five of its parts
           'is_ahead_one', pg_catalog.format(
             p.is_ahead, 'pg_catalog.split_part(v_place, ''|'', 1)')
         )
    from piece p;
$$;

comment on function pyorch._attached_session(text) is
  'The pieces of SQL with which a claim of an attached queue reads where its session stands.';

revoke all on function pyorch._attached_session(text) from public;
