"""The first whole: schemas, queues, endpoints and calls, the orchestrator.

Reversible: downgrade drops both schemas, after their cron jobs and what they added to the user's tables.
Data loss: on downgrade, all of pyorch's own tables; attached tables keep their rows.
Locks: none on the user's tables.
"""

from pyorch.ops import install

revision = "0001_initial"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    install("0001_initial")


def downgrade() -> None:
    install("0001_initial", "uninstall")
