-- pyorch._fill_call(text, bigint, bigint)
-- Put the ids of one call into what pyorch._request left open. A call outside of a run has a run_id
-- of null.
create or replace function pyorch._fill_call(p_text text, p_call_id bigint, p_run_id bigint)
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select case
    when pg_catalog.strpos(p_text, '{{') = 0 then p_text
    else replace(
      replace(p_text, '{{call_id}}', p_call_id::text), '{{run_id}}',
        coalesce(p_run_id::text, 'null')
    )
  end;
$$;

comment on function pyorch._fill_call(text, bigint, bigint) is
  'A resolved template with the ids of one call.';

revoke all on function pyorch._fill_call(text, bigint, bigint) from public;
