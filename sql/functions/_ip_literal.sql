-- pyorch._ip_literal(text)
-- The address that a host of a URL spells out, in any form that a client's inet_aton takes: dotted,
-- short (127.1), decimal, octal, hexadecimal, [IPv6]. Null when it is a name.
create or replace function pyorch._ip_literal(
  -- lower case, without port; IPv6 in brackets
  p_host text
)
  returns inet
  language plpgsql
  immutable
  parallel safe
  strict
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_parts text[];
  v_part text;
  v_number numeric;
  v_numbers numeric[] := '{}'::numeric[];
  v_count integer;
  v_address numeric := 0;
begin
  if p_host ~ '^\[[0-9a-f:.]+\]$' then
    return pg_catalog.btrim(p_host, '[]')::inet;
  end if;
  v_parts := pg_catalog.string_to_array(pg_catalog.rtrim(p_host, '.'), '.');
  v_count := pg_catalog.cardinality(v_parts);
  if v_count not between 1 and 4 then
    return null;
  end if;
  foreach v_part in array v_parts loop
    if v_part ~ '^0x[0-9a-f]{0,16}$' then
      v_number := coalesce(
        (select sum(
           (pg_catalog.strpos('0123456789abcdef', substr(v_part, i, 1)) - 1)
           * pg_catalog.power(16::numeric, length(v_part) - i))
           from pg_catalog.generate_series(3, length(v_part)) i),
        0);
    elsif v_part ~ '^0[0-7]{0,22}$' then
      v_number := coalesce(
        (select sum(substr(v_part, i, 1)::integer * pg_catalog.power(8::numeric,
          length(v_part) - i))
           from pg_catalog.generate_series(2, length(v_part)) i),
        0);
    elsif v_part ~ '^[0-9]{1,20}$' then
      v_number := v_part::numeric;
    else
      return null;
    end if;
    v_numbers := v_numbers || v_number;
  end loop;
  -- the last part fills all bytes that are left
  for i in 1 .. v_count loop
    v_number := v_numbers[i];
    if v_number >= (case when i < v_count then 256
      else pg_catalog.power(256::numeric, 5 - v_count) end) then
      return null;
    end if;
    v_address := v_address
      + v_number * case when i < v_count then pg_catalog.power(256::numeric, 4 - i) else 1 end;
  end loop;
  return '0.0.0.0'::inet + v_address::bigint;
exception
  -- brackets around what is no address: nothing that a client could reach
  when invalid_text_representation then
    return null;
end;
$$;

comment on function pyorch._ip_literal(text) is
  'The address that a host spells out, in any form that clients accept; null for a name.';

revoke all on function pyorch._ip_literal(text) from public;
