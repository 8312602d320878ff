-- pyorch._body_template(pyorch.endpoint)
-- The body of an endpoint's calls as text: its own, else the one that we send by default. A string
-- that is nothing but {{batch_size}}, {{call_id}} or {{run_id}} becomes a JSON number.
create or replace function pyorch._body_template(p_endpoint pyorch.endpoint)
  returns text
  language sql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_endpoint.method = 'GET' and p_endpoint.body is null then null
    else pg_catalog.regexp_replace(
      coalesce(
        p_endpoint.body,
        '{"call_id": "{{call_id}}", "run_id": "{{run_id}}"}'::jsonb || case
          when p_endpoint.kind = 'processor'
            then '{"queue": "{{queue}}", "batch_size": "{{batch_size}}"}'
          else '{}'
        end::jsonb
      )::text,
      '"\{\{\s*(batch_size|call_id|run_id)\s*\}\}"(?!:)', '{{\1}}', 'g'
    )
  end;
$$;

comment on function pyorch._body_template(pyorch.endpoint) is
  'The body of an endpoint''s calls, as a template.';

revoke all on function pyorch._body_template(pyorch.endpoint) from public;
