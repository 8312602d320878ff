-- schema pyorch: everything of ours. schema pyorch_api: thin wrappers, the one schema to expose to PostgREST.
create schema if not exists pyorch;

create schema if not exists pyorch_api;

comment on schema pyorch is
  'pyorch: queues, endpoints, calls and the orchestrator. Reference: docs/.';

comment on schema pyorch_api is
  'pyorch: wrappers for RPC (PostgREST, Supabase). Expose this schema, never pyorch itself.';
