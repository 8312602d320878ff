-- schema pyorch: everything of ours.
-- schema pyorch_api: thin wrappers, the one schema to expose to PostgREST.
-- Somebody may have made them for a role that cannot; `if not exists` would ask for the right to
-- create all the same, and only an owner may comment.
do $$
declare
  v record;
begin
  for v in
    select *
      from (
        values
          ('pyorch', 'pyorch: queues, endpoints, calls and the orchestrator. Reference: docs/.'),
          ('pyorch_api', 'pyorch: wrappers for RPC (PostgREST). Expose this, never pyorch itself.')
      ) s (name, what)
  loop
    if pg_catalog.to_regnamespace(v.name) is null then
      execute pg_catalog.format('create schema %I', v.name);
    end if;
    if exists (
      select 1
        from pg_catalog.pg_namespace n
       where n.nspname = v.name
         and pg_catalog.pg_has_role(n.nspowner, 'usage')
    ) then
      execute pg_catalog.format('comment on schema %I is %L', v.name, v.what);
    end if;
  end loop;
end;
$$;
