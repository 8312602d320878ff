-- pyorch._webhook_signature(text[], text, bigint, text)
-- The header webhook-signature of the Standard Webhooks scheme: one 'v1,<base64>' for each key, so
-- that a receiver may hold the old or the new one while they are changed.
-- Calls: pyorch._hmac_sha256.
create or replace function pyorch._webhook_signature(
  -- keys: 'whsec_' and base64, or any other text taken as it is
  p_keys text[],
  p_webhook_id text,
  -- seconds since 1970
  p_timestamp bigint,
  p_body text
)
  returns text
  language sql
  immutable
  parallel safe
  strict
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.string_agg(
    'v1,' || pg_catalog.encode(
      pyorch._hmac_sha256(
        case
          when k.key ~ '^whsec_[A-Za-z0-9+/]+=*$' and length(k.key) % 4 = 2
            then pg_catalog.decode(substr(k.key, 7), 'base64')
          else pg_catalog.convert_to(k.key, 'UTF8')
        end,
        pg_catalog.convert_to(p_webhook_id || '.' || p_timestamp || '.' || p_body, 'UTF8')
      ),
      'base64'
    ),
    ' ' order by k.place
  )
    from pg_catalog.unnest(p_keys) with ordinality k (key, place);
$$;

comment on function pyorch._webhook_signature(text[], text, bigint, text) is
  'The Standard Webhooks signature header of a body, for one or more keys.';

revoke all on function pyorch._webhook_signature(text[], text, bigint, text) from public;
