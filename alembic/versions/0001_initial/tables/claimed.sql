-- pyorch.claimed: one item as a claim gives it. A function that returns one row of a type is called
-- many times faster than one with a set of rows.
create type pyorch.claimed as (
  item_id text,
  payload jsonb,
  attempt integer,
  receipt text,
  lease_until timestamptz
);

comment on type pyorch.claimed is
  'One item as a claim gives it.';

revoke all on type pyorch.claimed from public;
