-- pyorch._cron_field(text, integer, integer, text[])
-- The values that one field of a cron expression allows, sorted: lists, ranges, steps, names. Null
-- when it is malformed.
create or replace function pyorch._cron_field(
  -- such as '*/10', '1-5', 'mon,wed', '0-30/5'
  p_field text,
  -- the field's least and greatest value
  p_min integer,
  p_max integer,
  -- three-letter names, the first one for p_name_base; null: none
  p_names text[] default null,
  p_name_base integer default 1
)
  returns integer[]
  language plpgsql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_part text;
  v_match text[];
  v_from integer;
  v_to integer;
  v_values integer[] := '{}'::integer[];
begin
  foreach v_part in array pg_catalog.string_to_array(lower(p_field), ',') loop
    v_match := pg_catalog.regexp_match(
      v_part, '^(?:(\*)|([a-z]{3}|\d{1,4})(?:-([a-z]{3}|\d{1,4}))?)(?:/(\d{1,4}))?$'
    );
    if v_match is null then
      return null;
    end if;
    if v_match[1] is not null then
      v_from := p_min;
      v_to := p_max;
    else
      v_from := pyorch._cron_value(v_match[2], p_names, p_name_base);
      -- '5/10' means from 5 to the end, as Vixie's cron reads it
      v_to := case
        when v_match[3] is not null then pyorch._cron_value(v_match[3], p_names, p_name_base)
        when v_match[4] is not null then p_max
        else v_from
      end;
    end if;
    if v_from is null or v_to is null or v_from < p_min or v_to > p_max or v_from > v_to
       or v_match[4]::integer = 0 then
      return null;
    end if;
    v_values := v_values || array(
      select g from pg_catalog.generate_series(v_from, v_to, coalesce(v_match[4]::integer, 1)) g
    );
  end loop;
  return array(select distinct v from pg_catalog.unnest(v_values) v order by v);
end;
$$;

comment on function pyorch._cron_field(text, integer, integer, text[], integer) is
  'The sorted values that one cron field allows; null when it is malformed.';

revoke all on function pyorch._cron_field(text, integer, integer, text[], integer) from public;
