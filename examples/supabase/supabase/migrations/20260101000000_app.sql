-- Stands for your own tables, which you have already: a queue with a status, and what is made from it.

create table public.import_queue (
  id uuid primary key default gen_random_uuid(),
  listing_url text not null unique,
  status text not null default 'pending'
    check (status in ('pending', 'processing', 'complete', 'failed', 'skipped')),
  attempts integer not null default 0,
  locked_at timestamptz,
  locked_by text,
  error_message text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table public.vehicles (
  id bigint generated always as identity primary key,
  listing_url text not null,
  title text not null,
  created_at timestamptz not null default now()
);

-- nobody but the functions (service_role) reads or writes them over the API
alter table public.import_queue enable row level security;
alter table public.vehicles enable row level security;
