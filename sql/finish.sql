-- Default privileges may have handed our new objects to others: only what pyorch.wanted_grant lists
-- stays.
call pyorch._apply_grants();

-- what leads claim and complete to a queue
select pyorch._rebuild_dispatch();
