-- pyorch._hmac_sha256(bytea, bytea)
-- HMAC-SHA256 (RFC 2104) on pg_catalog.sha256, since pgcrypto cannot be had everywhere.
create or replace function pyorch._hmac_sha256(p_key bytea, p_message bytea)
  returns bytea
  language sql
  immutable
  parallel safe
  strict
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  with padded as (
    select k.key || pg_catalog.decode(pg_catalog.repeat('00', 64 - length(k.key)), 'hex') as key
      from (
        select case when length(p_key) > 64 then pg_catalog.sha256(p_key) else p_key end as key
      ) k
  ), pads as (
    select
      pg_catalog.decode(
        pg_catalog.string_agg(pg_catalog.lpad(pg_catalog.to_hex(pg_catalog.get_byte(p.key, i) # 54),
          2, '0'), '' order by i),
        'hex'
      ) as inner_pad,
      pg_catalog.decode(
        pg_catalog.string_agg(pg_catalog.lpad(pg_catalog.to_hex(pg_catalog.get_byte(p.key, i) # 92),
          2, '0'), '' order by i),
        'hex'
      ) as outer_pad
      from padded p, pg_catalog.generate_series(0, 63) i
  )
  select pg_catalog.sha256(outer_pad || pg_catalog.sha256(inner_pad || p_message)) from pads;
$$;

comment on function pyorch._hmac_sha256(bytea, bytea) is
  'HMAC-SHA256 of a message.';

revoke all on function pyorch._hmac_sha256(bytea, bytea) from public;
