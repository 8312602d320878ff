"""What is measured: the workloads, which peers take part in each, and the targets."""

from __future__ import annotations

from dataclasses import dataclass

# rounds of a workload: nine pairs carry a verdict. Without a target, for orientation, a queue runs as often as the
# second number says: a run of a minute and more but once.
ROUNDS = {"short": (9, 3), "long": (9, 1), "few": (2, 2)}
# what is undecided then goes on, as many rounds again, and so on up to
MOST_ROUNDS = 36


@dataclass(frozen=True)
class Workload:
    """One way to load a queue. Workloads of one `group` take turns, so that they can be compared."""

    name: str
    group: str
    # drain: claim and complete; cycle: enqueue as well, so that the depth stays; enqueue
    what: str = "drain"
    clients: int = 8
    batch: int = 1
    # items in the queue at the beginning
    items: int = 1_000_000
    seconds: int = 10
    rounds: str = "few"
    # a snapshot is open all the time
    held: bool = False
    # so many items are in work at the head of the queue
    leased: int = 0
    # only these peers; empty: all that can
    peers: tuple[str, ...] = ()
    # too large to be copied for each run: vacuumed instead
    reused: bool = False


WORKLOADS = [
    Workload("drain, C = 8", "drain-1", rounds="short"),
    Workload("drain, C = 8, 5,000 in work at the head", "drain-1", rounds="short", leased=5000, peers=("pyorch",)),
    # half a million more, so that nobody comes to the end
    Workload("drain in batches of 50, C = 8", "drain-50", batch=50, items=1_500_000, rounds="short"),
    Workload("enqueue 100, C = 8", "enqueue-100", "enqueue", batch=100, items=0, seconds=5, rounds="short"),
    Workload("depth 10,000, C = 8", "depth", "cycle", items=10_000, seconds=5, rounds="short", reused=True),
    Workload("depth 1,000,000, C = 8", "depth", "cycle", seconds=5, rounds="short", reused=True,
             peers=("pyorch",)),
    Workload("depth 10,000,000, C = 8", "depth", "cycle", items=10_000_000, seconds=5, rounds="short", reused=True,
             peers=("pyorch",)),
    Workload("a minute on one queue, C = 8", "sustained", seconds=60, rounds="long",
             peers=("pyorch", "pgmq", "pyorch-attached", "naive")),
    Workload("90 s with an open snapshot, C = 8", "held", "cycle", items=10_000, seconds=90, rounds="long", held=True,
             peers=("pyorch", "pgmq")),
    Workload("the same without it", "held", "cycle", items=10_000, seconds=30, rounds="long",
             peers=("pyorch", "pgmq")),
    Workload("drain, C = 1", "drain-1-c1", clients=1, seconds=5),
    Workload("drain, C = 32", "drain-1-c32", clients=32, seconds=5),
    Workload("drain in batches of 50, C = 1", "drain-50-c1", clients=1, batch=50, seconds=5),
    Workload("drain in batches of 50, C = 32", "drain-50-c32", clients=32, batch=50, seconds=5),
    Workload("enqueue 1, C = 8", "enqueue-1", "enqueue", items=0, seconds=5),
]  # fmt: skip


@dataclass(frozen=True)
class Side:
    """One side of a ratio: the rate of a peer in a workload; part: of its `first` or `last` 10 s only."""

    workload: str
    peer: str
    part: str = ""


@dataclass(frozen=True)
class Target:
    """The ratio of `ours` by `base` must reach `least`, and hopefully `goal`."""

    text: str
    ours: Side
    base: Side
    least: float
    goal: float | None = None


DRAIN, LEASED, BATCH, ENQUEUE, SHALLOW, _, DEEP, MINUTE, HELD, FREE, *_rest = [load.name for load in WORKLOADS]
TARGETS = [
    Target("batch 1 against pgmq", Side(DRAIN, "pyorch"), Side(DRAIN, "pgmq"), 1.6, 2.0),
    Target("`next` against pgmq", Side(DRAIN, "pyorch-next"), Side(DRAIN, "pgmq"), 2.2, 3.0),
    Target("batch 50 against pgmq", Side(BATCH, "pyorch"), Side(BATCH, "pgmq"), 2.0, 2.5),
    Target("batch 50 against graphile-worker", Side(BATCH, "pyorch"), Side(BATCH, "graphile-worker"), 1.0),
    Target("last 10 s of a minute against pgmq", Side(MINUTE, "pyorch", "last"), Side(MINUTE, "pgmq", "last"), 3.0),
    Target("last 10 s of a minute against the first", Side(MINUTE, "pyorch", "last"),
           Side(MINUTE, "pyorch", "first"), 0.9),
    Target("attached against the naive pattern", Side(DRAIN, "pyorch-attached"), Side(DRAIN, "naive"), 1.0),
    Target("attached against the naive pattern, a minute", Side(MINUTE, "pyorch-attached"), Side(MINUTE, "naive"), 1.0),
    Target("last 10 s of 90 with a snapshot", Side(HELD, "pyorch", "last"), Side(FREE, "pyorch", "last"), 0.8),
    Target("10 M deep against 10 k", Side(DEEP, "pyorch"), Side(SHALLOW, "pyorch"), 0.85),
    Target("5,000 in work at the head", Side(LEASED, "pyorch"), Side(DRAIN, "pyorch"), 0.8),
    Target("enqueue 100 against pgmq", Side(ENQUEUE, "pyorch"), Side(ENQUEUE, "pgmq"), 1.0),
]  # fmt: skip
# a goal, not a must
LIMIT = Target("batch 1 against two one-row updates", Side(DRAIN, "pyorch"), Side(DRAIN, "limit-2"), 0.85)


def has_target(load: Workload, peer: str) -> bool:
    """Return whether a verdict needs this peer in this workload."""
    return any((side.workload, side.peer) == (load.name, peer) for t in (*TARGETS, LIMIT) for side in (t.ours, t.base))
