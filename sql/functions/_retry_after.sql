-- pyorch._retry_after(text, timestamptz)
-- How long a Retry-After header asks to wait: seconds, or an HTTP date. Null when it says nothing
-- usable; one day at most.
create or replace function pyorch._retry_after(p_header text, p_now timestamptz)
  returns interval
  language sql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_header ~ '^\s*\d{1,9}(\.\d+)?\s*$'
      then least(p_header::double precision * interval '1 second', '1 day')
    -- 'Sun, 06 Nov 1994 08:49:37 GMT': the one form of date that may be sent today. Put together by
    -- parts, since '31 Feb' must not raise: this runs in the middle of a batch of answers
    when d.part is not null
      then least(
        greatest(
          (
            pg_catalog.make_date(
              d.part[3]::integer,
              pg_catalog.strpos('JanFebMarAprMayJunJulAugSepOctNovDec', d.part[2]) / 3 + 1,
              1
            ) + (d.part[1]::integer - 1) + d.part[4]::time
          ) at time zone 'UTC' - p_now,
          '0'
        ),
        '1 day'
      )
  end
    from (
      select pg_catalog.regexp_match(
        p_header,
        '^\s*\w{3}, ([0-3]\d) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) '
        || '((?:19|20)\d\d) ((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d) GMT\s*$'
      )
    ) d (part);
$$;

comment on function pyorch._retry_after(text, timestamptz) is
  'The wait that a Retry-After header asks for, from 0 to 1 day; null when it says none.';

revoke all on function pyorch._retry_after(text, timestamptz) from public;
