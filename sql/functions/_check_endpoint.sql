-- pyorch._check_endpoint(pyorch.endpoint, timestamptz)
-- Refuse an endpoint whose parts do not go together (PY001) or whose target is not allowed (PY015).
-- A url that still holds {{variables}} is checked when it is sent.
-- Calls: pyorch._cron_next, pyorch._check_target, pyorch._template_names.
create or replace function pyorch._check_endpoint(p_endpoint pyorch.endpoint, p_now timestamptz)
  returns void
  language plpgsql
  stable
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  e constant pyorch.endpoint := p_endpoint;
  v_hint text;
  v_wrong text;
begin
  select w.wrong, w.hint
    into v_wrong, v_hint
    from (values
      (1, coalesce(e.endpoint !~ '^[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}$', true),
        'an endpoint needs a name of 1 to 63 letters, digits, _ . : -',
        'Choose another name.'),
      (2, coalesce(e.kind not in ('scraper', 'processor'), true),
        pg_catalog.format('"%s" is no kind of endpoint', e.kind),
        'A scraper fills queues, a processor drains one: give ''scraper'' or ''processor''.'),
      (3, coalesce(e.url = '', true), 'an endpoint needs a url',
        'Give for example ''{{functions_url}}/my-function''.'),
      (4, e.kind = 'processor' and e.queue_id is null, 'a processor needs the queue that it drains',
        'Add {"queue": "…"}; list them with: select queue from pyorch.queue_status;'),
      (5, e.kind = 'scraper' and e.queue_id is not null,
        'a scraper fills queues: "queue" is for processors',
        'Give {"queues": ["…"]}.'),
      (6, e.method not in ('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
        pg_catalog.format('"%s" is no method', e.method),
        'Give GET, POST, PUT, PATCH or DELETE.'),
      (7, pg_catalog.jsonb_typeof(e.headers) <> 'object'
          or pg_catalog.jsonb_path_exists(e.headers, '$.* ? (@.type() != "string")'),
        '"headers" is no object of texts', 'Give for example {"headers": {"apikey": '
                                           '"{{service_key}}"}}.'),
      (8, exists (
            select 1 from pg_catalog.jsonb_object_keys(case
              when pg_catalog.jsonb_typeof(e.headers) = 'object' then e.headers else '{}' end) k
             where k !~ '^[A-Za-z0-9!#$%&''*+.^_`|~-]+$'
                or lower(k) ~ '^(idempotency-key|pyorch-.*|webhook-.*|host|content-length'
                              '|transfer-encoding|connection)$'),
        'a header has a name that is none, or that is ours to set',
        'Letters, digits and -; not Host, Content-Length, Transfer-Encoding, Connection, '
        'Idempotency-Key, Pyorch-… or Webhook-….'),
      (9, e.every is not null and e.cron is not null, '"every" and "cron" exclude each other',
        'Give one of them.'),
      (10, e.cron is not null and pyorch._cron_next(e.cron, p_now) is null,
        pg_catalog.format('"%s" is no cron expression that is ever true', e.cron),
        'Five fields, minute hour day month weekday, in UTC: ''*/10 * * * *''.'),
      (11, e.mode not in ('wake', 'push'), pg_catalog.format('"%s" is no mode', e.mode),
        'Give "wake" or "push".'),
      (12, e.mode = 'push' and (e.kind <> 'processor' or e.method not in ('POST', 'PUT', 'PATCH')
        or e.body is not null),
        'push is for a processor, by POST, PUT or PATCH, with a body of ours',
          'Take out "mode", "method" or "body".'),
      (13, e.wake_at_once and e.kind <> 'processor', '"wake_at_once" is for processors',
        'Take it out.')
    ) w (place, is_wrong, wrong, hint)
   where w.is_wrong
   order by w.place
   limit 1;
  if found then
    raise exception using errcode = 'PY001', message = v_wrong, hint = v_hint;
  end if;

  v_wrong := case
    when pyorch._template_names(e.url) = '{}'
      then pyorch._check_target(e.url, e.allow_http, e.allow_private)
  end;
  if v_wrong is not null then
    raise exception using
      errcode = 'PY015',
      message = pg_catalog.format('endpoint "%s" may not be called: %s', e.endpoint, v_wrong),
      hint = 'Correct the url, or set the option that allows it.';
  end if;
end;
$$;

comment on function pyorch._check_endpoint(pyorch.endpoint, timestamptz) is
  'Refuse an endpoint whose parts do not go together (PY001) or whose target is not allowed '
  '(PY015).';

revoke all on function pyorch._check_endpoint(pyorch.endpoint, timestamptz) from public;
