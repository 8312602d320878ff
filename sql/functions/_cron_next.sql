-- pyorch._cron_next(text, timestamptz)
-- The first minute after a time that a cron expression allows, in UTC as pg_cron has it. Null when
-- it is malformed or never true. Where day of month and day of week are both given, either is
-- enough; a field that begins with * counts as not given (Vixie, pg_cron).
-- Calls: pyorch._cron_field.
create or replace function pyorch._cron_next(
  -- five fields: minute hour day-of-month month day-of-week
  p_cron text,
  p_after timestamptz
)
  returns timestamptz
  language plpgsql
  immutable
  parallel safe
  strict
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_fields text[] := pg_catalog.regexp_split_to_array(pg_catalog.btrim(p_cron), '\s+');
  v_minutes integer[];
  v_hours integer[];
  v_days integer[];
  v_months integer[];
  v_weekdays integer[];
  v_either boolean;
  -- from here on in UTC, without a zone
  v_start timestamp := pg_catalog.date_trunc('minute',
    p_after at time zone 'UTC') + interval '1 minute';
  v_day date := v_start::date;
  v_in_month boolean;
  v_in_week boolean;
  v_minute timestamp;
begin
  if pg_catalog.cardinality(v_fields) <> 5 then
    return null;
  end if;
  v_minutes := pyorch._cron_field(v_fields[1], 0, 59);
  v_hours := pyorch._cron_field(v_fields[2], 0, 23);
  v_days := pyorch._cron_field(v_fields[3], 1, 31);
  v_months := pyorch._cron_field(
    v_fields[4], 1, 12, '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}'
  );
  v_weekdays := pyorch._cron_field(v_fields[5], 0, 7, '{sun,mon,tue,wed,thu,fri,sat}', 0);
  if v_minutes is null or v_hours is null or v_days is null or v_months is null
     or v_weekdays is null then
    return null;
  end if;
  v_either := left(v_fields[3], 1) <> '*' and left(v_fields[5], 1) <> '*';

  -- 29 February on a given weekday comes back after 40 years at the latest
  while v_day < v_start::date + 41 * 366 loop
    if not extract(month from v_day)::integer = any (v_months) then
      v_day := (pg_catalog.date_trunc('month', v_day::timestamp) + interval '1 month')::date;
      continue;
    end if;
    v_in_month := extract(day from v_day)::integer = any (v_days);
    -- Sunday is 0 and 7
    v_in_week := extract(dow from v_day)::integer = any (v_weekdays)
      or (extract(dow from v_day) = 0 and 7 = any (v_weekdays));
    if (v_in_month and v_in_week) or (v_either and (v_in_month or v_in_week)) then
      select min(v_day + pg_catalog.make_interval(hours => h, mins => m))
        into v_minute
        from pg_catalog.unnest(v_hours) h, pg_catalog.unnest(v_minutes) m
       where v_day + pg_catalog.make_interval(hours => h, mins => m) >= v_start;
      if v_minute is not null then
        return v_minute at time zone 'UTC';
      end if;
    end if;
    v_day := v_day + 1;
  end loop;
  return null;
end;
$$;

comment on function pyorch._cron_next(text, timestamptz) is
  'The first minute after a time that a cron expression allows (UTC); null when malformed or '
  'never.';

revoke all on function pyorch._cron_next(text, timestamptz) from public;
