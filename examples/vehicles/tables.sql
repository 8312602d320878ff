-- The tables of a car marketplace, as its own team made them: nothing of pyorch stands in here.
-- Two queues of different habits, and what is made from their items.

create schema vehicles_demo;

create function vehicles_demo.touch_updated_at()
  returns trigger
  language plpgsql
as $$
begin
  -- an explicit value is kept: that is how a seed, or a restore, sets the age of a row
  if new.updated_at is not distinct from old.updated_at then
    new.updated_at := clock_timestamp();
  end if;
  return new;
end;
$$;

-- uuid ids, text status with a check, lock columns, statuses that only this team knows
create table vehicles_demo.import_queue (
  id uuid primary key default gen_random_uuid(),
  listing_url text not null unique,
  source text not null default 'classifieds',
  priority integer not null default 0,
  status text not null default 'pending'
    check (status in ('pending', 'processing', 'complete', 'failed', 'skipped', 'duplicate')),
  attempts integer not null default 0,
  locked_at timestamptz,
  locked_by text,
  error_message text,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp()
);

create trigger touch_updated_at
  before update on vehicles_demo.import_queue
  for each row execute function vehicles_demo.touch_updated_at();

-- bigint ids, an enum as status, no attempts, no lock columns: only updated_at tells the age
create type vehicles_demo.bat_status as enum ('pending', 'processing', 'complete', 'failed');

create table vehicles_demo.bat_extraction_queue (
  id bigint generated always as identity primary key,
  listing_url text not null unique,
  status vehicles_demo.bat_status not null default 'pending',
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp()
);

create trigger touch_updated_at
  before update on vehicles_demo.bat_extraction_queue
  for each row execute function vehicles_demo.touch_updated_at();

-- no unique constraint on listing_url, on purpose: that each listing becomes exactly one vehicle
-- is what the receipts guarantee, see complete(strict => true) in worker.py
create table vehicles_demo.vehicles (
  id bigint generated always as identity primary key,
  listing_url text not null,
  title text not null,
  make text not null,
  model text not null,
  year integer not null,
  origin text not null,
  cylinders integer not null,
  horsepower integer,
  weight_lbs integer not null,
  miles_per_gallon numeric,
  price_usd integer not null,
  imported_by text not null,
  created_at timestamptz not null default clock_timestamp()
);
