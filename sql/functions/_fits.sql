-- pyorch._fits(text, text)
-- Whether a text is an id of a type, so that a cast of it cannot raise.
create or replace function pyorch._fits(
  p_text text,
  -- uuid | smallint | integer | bigint | text | character varying
  p_type text
)
  returns boolean
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select case p_type
    when 'uuid' then p_text ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    when 'smallint' then p_text ~ '^-?[0-9]{1,18}$' and p_text::bigint between -32768 and 32767
    when 'integer' then p_text ~ '^-?[0-9]{1,18}$'
      and p_text::bigint between -2147483648 and 2147483647
    when 'bigint' then p_text ~ '^-?[0-9]{1,19}$'
      and p_text::numeric between -9223372036854775808 and 9223372036854775807
    else p_text is not null
  end;
$$;

comment on function pyorch._fits(text, text) is
  'Whether a text is an id of a type.';

revoke all on function pyorch._fits(text, text) from public;
