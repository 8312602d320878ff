-- pyorch._rate_left(pyorch.endpoint, pyorch.endpoint_state, timestamptz)
-- Calls that an endpoint's rate allows now (a token bucket, full at first); null when it has no
-- rate.
create or replace function pyorch._rate_left(
  p_endpoint pyorch.endpoint,
  p_state pyorch.endpoint_state,
  p_now timestamptz
)
  returns double precision
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select case
    when (p_endpoint).rate_calls is not null then least(
      (p_endpoint).rate_calls,
      coalesce((p_state).rate_left, (p_endpoint).rate_calls)
      + (p_endpoint).rate_calls
        * coalesce(greatest(extract(epoch from p_now - (p_state).rate_at), 0), 0)::double precision
        / extract(epoch from (p_endpoint).rate_per)::double precision
    )
  end;
$$;

comment on function pyorch._rate_left(pyorch.endpoint, pyorch.endpoint_state, timestamptz) is
  'Calls that an endpoint''s rate allows now; null without a rate.';

revoke all on function pyorch._rate_left(pyorch.endpoint, pyorch.endpoint_state, timestamptz)
  from public;
