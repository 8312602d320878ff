-- pyorch.queue_mark: how far unlock has swept a native queue for orphans. A hint alone: wrong
-- marks cost time, never an item. A row of its own, since a claim must never wait for it.
create table pyorch.queue_mark (
  queue_id integer primary key references pyorch.queue (queue_id) on delete cascade,
  -- no item in work stands before this position, except ones that committed late
  live bigint not null default 0,
  -- where an unfinished sweep goes on: its lane and position; null: from the start
  sweep_priority smallint,
  sweep_id bigint,
  -- when `live` is to be looked up anew from the very start
  full_look_at timestamptz not null default '-infinity'
);

comment on table pyorch.queue_mark is
  'How far unlock has swept each native queue; hints alone.';

revoke all on table pyorch.queue_mark from public;
