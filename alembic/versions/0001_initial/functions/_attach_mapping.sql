-- pyorch._attach_mapping(regclass, jsonb)
-- Columns and statuses of a table that is to be a queue: {columns, statuses}. PY001 for a named
-- column that is not there or has no fitting type and for an empty status word, PY008 when id,
-- status or a status word is missing.
-- Calls: pyorch._attach_columns, pyorch._attach_id, pyorch._attach_statuses, pyorch._check_options.
create or replace function pyorch._attach_mapping(
  p_relation regclass,
  -- options: columns and statuses override what would be found
  p_options jsonb
)
  returns jsonb
  language plpgsql
  stable
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  -- group may stand by itself, as it does for enqueue
  v_given constant jsonb
    := pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('group', p_options -> 'group'))
       || coalesce(nullif(p_options -> 'columns', 'null'), '{}');
  v_columns jsonb;
  v_id jsonb;
  v_statuses jsonb;
  v_missing text;
begin
  perform pyorch._check_options(
    v_given,
    array['id', 'payload', 'status', 'attempts', 'priority', 'run_at', 'created_at', 'locked_at',
      'locked_by', 'error', 'result', 'updated_at', 'completed_at', 'group'],
    'column'
  );
  perform pyorch._check_options(
    coalesce(nullif(p_options -> 'statuses', 'null'), '{}'),
    array['pending', 'processing', 'complete', 'failed'],
    'status'
  );
  select s.key
    into v_missing
    from pg_catalog.jsonb_each(coalesce(nullif(p_options -> 'statuses', 'null'), '{}')) s
   where pg_catalog.jsonb_typeof(s.value) in ('object', 'array')
      or pg_catalog.btrim(s.value #>> '{}') = ''
   order by s.key
   limit 1;
  if v_missing is not null then
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format(
        'no status word for "%s": %s', v_missing, p_options #> array['statuses', v_missing]),
      hint = pg_catalog.format(
        'Give the word that %1$s holds: {"statuses": {"%2$s": "…"}}; left out, it is looked for.',
        p_relation, v_missing
      );
  end if;

  v_columns := pyorch._attach_columns(p_relation, v_given);
  v_id := pyorch._attach_id(p_relation, v_given ->> 'id');
  select g.key || ' (' || g.value || ')'
    into v_missing
    from pg_catalog.jsonb_each_text(v_given) g
   where g.value is not null
     and not (g.key = 'id' or v_columns ? g.key)
   limit 1;
  if v_missing is not null then
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format('%s has no column that could be %s', p_relation, v_missing),
      hint = 'Look with \d: the column must exist, be writable and have a fitting type.';
  end if;
  if v_id is null then
    raise exception using
      errcode = 'PY008',
      message = pg_catalog.format(
        '%s has no id: a unique, not null column of uuid, integer or text', p_relation),
      hint = 'Add a primary key, or name a unique column: {"columns": {"id": "…"}}.';
  end if;
  if not v_columns ? 'status' then
    raise exception using
      errcode = 'PY008',
      message = pg_catalog.format('%s has no status: a text or enum column', p_relation),
      hint = 'Name it: {"columns": {"status": "…"}}.';
  end if;

  v_statuses := pyorch._attach_statuses(
    p_relation, v_columns #>> '{status,name}', coalesce(p_options -> 'statuses', '{}'));
  select pg_catalog.string_agg(w, ', ')
    into v_missing
    from pg_catalog.unnest(array['pending', 'processing', 'complete', 'failed']) w
   where not v_statuses ? w;
  if v_missing is not null
     or (select pg_catalog.count(distinct s.value)
           from pg_catalog.jsonb_each_text(v_statuses) s) < 4 then
    raise exception using
      errcode = 'PY008',
      message = pg_catalog.format('%s has no own status word for: %s',
        p_relation, coalesce(v_missing, 'each of pending, processing, complete, failed')),
      hint = pg_catalog.format(
        'It may hold: %s. Name them: {"statuses": {"failed": "…"}}.',
        (select pg_catalog.string_agg(distinct w.word, ', ')
           from pyorch._attach_words(p_relation, v_columns #>> '{status,name}') w)
      );
  end if;
  return pg_catalog.jsonb_build_object(
    'columns', v_columns || pg_catalog.jsonb_build_object('id', v_id), 'statuses', v_statuses);
end;
$$;

comment on function pyorch._attach_mapping(regclass, jsonb) is
  'Columns and statuses of a table that is to be a queue. Raises PY001, PY008.';

revoke all on function pyorch._attach_mapping(regclass, jsonb) from public;
