-- pyorch.attach_queue(text, regclass, jsonb)
-- Make a queue of a table that is there already. Nothing in the table changes, nothing is added to
-- it.
-- Calls: pyorch._attach_checked.
create or replace function pyorch.attach_queue(
  queue text,
  relation regclass,
  options jsonb default '{}'
)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  if attach_queue.options ?| array['where', 'order_by'] then
    raise exception using
      errcode = 'PY013',
      message = 'where and order_by are SQL, which only the command line checks',
      hint = pg_catalog.format(
        'pyorch queue attach %s %s --where … --order-by …',
        attach_queue.queue, attach_queue.relation
      );
  end if;
  return pyorch._attach_checked(attach_queue.queue, attach_queue.relation, attach_queue.options);
end;
$$;

comment on function pyorch.attach_queue(text, regclass, jsonb) is
  'Make a queue of a table of yours. Finds the usual column names and status words; options '
  'columns and statuses override. Returns {queue, relation, mapping, degrades, advised, notes}; '
  'advised holds the statements that make the missing indexes. Raises PY001 (option), PY004 '
  '(queue exists), PY007 (not the owner, privileges, row security), PY008 (no id, status or '
  'status word), PY013 (where, order_by).';

revoke all on function pyorch.attach_queue(text, regclass, jsonb) from public;

call pyorch._grant('admin', 'execute', 'function', 'pyorch.attach_queue(text,regclass,jsonb)');
