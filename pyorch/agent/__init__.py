"""The agent: a small process that runs the schedule where pg_cron does not, and carries calls over HTTP.

`run` is the process of `pyorch agent`; `direct` sends calls from the client, for `pyorch trigger --direct`.
What is due, what may be sent, how many at a time and what an answer means is decided by SQL; nothing here decides.
"""

from pyorch.agent.hand import direct
from pyorch.agent.process import run

__all__ = ["direct", "run"]
