-- pyorch._push_failures(text, text[])
-- The items that a 2xx answer to a push lists as failed: {"failed": [{"receipt", "error",
-- "retry_in"}]}; retry_in in seconds or as an interval. What cannot be read, or is no item of this
-- call, is left out: 2xx says done.
create or replace function pyorch._push_failures(p_body text, p_receipts text[])
  returns table (receipt text, error text, retry_in interval)
  language plpgsql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_failed jsonb;
  v_item jsonb;
begin
  begin
    v_failed := p_body::jsonb -> 'failed';
  exception
    when others then
      return;
  end;
  if pg_catalog.jsonb_typeof(v_failed) is distinct from 'array' then
    return;
  end if;
  for v_item in
    select distinct on (f.value ->> 'receipt') f.value
      from pg_catalog.jsonb_array_elements(v_failed) f
     where f.value ->> 'receipt' = any (p_receipts)
  loop
    receipt := v_item ->> 'receipt';
    error := left(coalesce(v_item ->> 'error', 'the endpoint said that it failed'), 1000);
    begin
      retry_in := least(greatest((v_item ->> 'retry_in')::interval, '0'), '30 days');
    exception
      when others then
        retry_in := null;
    end;
    return next;
  end loop;
end;
$$;

comment on function pyorch._push_failures(text, text[]) is
  'The items that a 2xx answer to a push lists as failed.';

revoke all on function pyorch._push_failures(text, text[]) from public;
