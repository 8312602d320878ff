-- pyorch.step_debt: steps that did not fit into the budget of their run. They come first in the
-- next one.
create table pyorch.step_debt (
  step text primary key,
  since timestamptz not null
);

revoke all on table pyorch.step_debt from public;
