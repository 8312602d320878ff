-- pyorch._sample_query(text)
-- Run the SELECT of a custom metric, read-only, and return at most 100 rows of it: one column (the
-- value) or a text and a number (subject, value).
create or replace function pyorch._sample_query(p_query text)
  returns table (subject text, value double precision)
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_rows jsonb;
begin
  begin
    -- nothing turns it off again but the end of this subtransaction
    perform pg_catalog.set_config('transaction_read_only', 'on', true);
    -- the query is the user's, so is the path; temporary objects come last
    perform pg_catalog.set_config('search_path', 'public, pg_temp', true);
    -- the line breaks end a comment at either end of the query
    execute 'select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(q)) from (select * from ('
      || chr(10) || p_query || chr(10) || ') r limit 100) q'
      into v_rows;
    raise exception using errcode = 'PYZZZ', message = 'back to reading and writing';
  exception
    when sqlstate 'PYZZZ' then
      null;
  end;
  return query
    select coalesce(pg_catalog.max(c.value #>> '{}') filter (where not n.is_number), ''),
           (pg_catalog.max(c.value #>> '{}') filter (where n.is_number))::double precision
      from pg_catalog.jsonb_array_elements(v_rows) with ordinality r (columns, position),
           pg_catalog.jsonb_each(r.columns) c,
           lateral (select pg_catalog.jsonb_typeof(c.value) = 'number' as is_number) n
     group by r.position;
end;
$$;

comment on function pyorch._sample_query(text) is
  'Run the SELECT of a custom metric, read-only.';

revoke all on function pyorch._sample_query(text) from public;
