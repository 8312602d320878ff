-- pyorch._request(integer)
-- What a call to an endpoint looks like, resolved once for a whole batch of calls: only {{call_id}}
-- and {{run_id}} are left open. Or why it is refused: a missing variable or secret, a header that
-- would inject another one, a target that is not allowed. The reasons name things, never values.
-- Calls: pyorch._fill, pyorch._template_names, pyorch._secret_value, pyorch._check_target.
-- Reads: pyorch.endpoint, pyorch.queue, pyorch.variable.
create or replace function pyorch._request(
  p_endpoint_id integer,
  out url text,
  -- without those that belong to one call
  out headers jsonb,
  -- the text of a JSON body; null: none
  out body text,
  -- keys of a push signature, the newest first
  out keys text[],
  out refused text
)
  returns record
  language plpgsql
  stable
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  e pyorch.endpoint;
  v_values jsonb;
  v_text text;
  v_missing text[];
begin
  select * into e from pyorch.endpoint x where x.endpoint_id = p_endpoint_id;
  select pg_catalog.jsonb_object_agg(v.variable, v.value) into v_values from pyorch.variable v;
  v_values := coalesce(v_values, '{}') || pg_catalog.jsonb_build_object(
    'batch_size', e.batch_size::text,
    'queue', coalesce((select q.queue from pyorch.queue q where q.queue_id = e.queue_id), '')
  );

  url := pyorch._fill(e.url, v_values);
  v_text := pyorch._body_template(e);
  if v_text is not null then
    body := pyorch._fill(
      v_text,
      -- inside of a JSON string a value must not end it
      (select pg_catalog.jsonb_object_agg(t.key, substr(j.text, 2, length(j.text) - 2))
         from pg_catalog.jsonb_each_text(v_values) t,
           lateral (select pg_catalog.to_json(t.value)::text) j (text))
    );
  end if;
  v_missing := array(
    select n
      from pg_catalog.unnest(
             pyorch._template_names(e.url) || pyorch._template_names(coalesce(v_text, ''))
           ) n
     where not v_values ? n
       and n not in ('call_id', 'run_id')
  );
  if v_missing <> '{}' then
    refused := pg_catalog.format('variable "%s" is not set', v_missing[1]);
    return;
  end if;
  refused := pyorch._check_target(url, e.allow_http, e.allow_private);
  if refused is not null then
    return;
  end if;
  select h.headers, h.refused into headers, refused
    from pyorch._request_headers(e.headers, v_values) h;
  if refused is not null then
    return;
  end if;
  keys := array(
    select pyorch._secret_value(s.name)
      from pg_catalog.unnest(e.signing_secrets) with ordinality s (name, place)
     order by s.place
  );
  if pg_catalog.array_position(keys, null) is not null then
    refused := pg_catalog.format(
      'secret "%s" is not set', e.signing_secrets[pg_catalog.array_position(keys, null)]
    );
  end if;
end;
$$;

comment on function pyorch._request(integer) is
  'The resolved request of an endpoint, or why it is refused. For the transport alone.';

revoke all on function pyorch._request(integer) from public;
