"""${message}

What and why: …
Reversible: … Data loss: …
Locks: …
"""

from pyorch.ops import drop, install, replace  # noqa: F401  (keep those that are used)

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else 'replace("functions/…", "%s")' % up_revision}


def downgrade() -> None:
    ${downgrades if downgrades else 'replace("functions/…", "%s")' % down_revision}
