-- pyorch.live_call: pyorch.call from its low-water mark on, as all decisions read it. For row
-- locks, too.
create view pyorch.live_call as
  select c.*
    from pyorch.call c
   where c.call_id >= (select m.low from pyorch.call_mark m)
     -- always true; a range on both sides makes the planner take the key, not all pages
     and c.call_id <= 9223372036854775807;

comment on view pyorch.live_call is
  'The open and busy calls, read from the low-water mark on. Internal.';

revoke all on table pyorch.live_call from public;
