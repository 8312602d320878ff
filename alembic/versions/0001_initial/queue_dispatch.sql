-- The functions that lead claim and complete to those of a queue; there is none yet.
do $$
begin
  perform pyorch._rebuild_dispatch();
end;
$$;
