-- pyorch._backoff(jsonb, integer)
-- How long to wait before the next attempt: base × factor ^ (attempt − 1), capped, then spread by ±
-- jitter.
create or replace function pyorch._backoff(
  -- {base, factor, cap, jitter}; missing ones: 10 seconds, 2, 1 hour, 0.2
  p_backoff jsonb,
  -- attempts made so far, from 1
  p_attempt integer
)
  returns interval
  language sql
  volatile
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select least(
    coalesce((p_backoff ->> 'cap')::interval, '1 hour'),
    coalesce((p_backoff ->> 'base')::interval, '10 seconds')
      -- 2 ^ 40 base units are beyond any cap; a larger power would overflow the interval
      * least(
          pg_catalog.power(
            coalesce((p_backoff ->> 'factor')::double precision, 2),
            least(greatest(p_attempt, 1) - 1, 40)
          ),
          1e7
        )
  )
    * (
      1 + coalesce((p_backoff ->> 'jitter')::double precision, 0.2)
        * (2 * pg_catalog.random() - 1)
    );
$$;

comment on function pyorch._backoff(jsonb, integer) is
  'Wait before the next attempt: exponential, capped, with jitter.';

revoke all on function pyorch._backoff(jsonb, integer) from public;
