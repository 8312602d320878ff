"""The page of bench-queue: a target counts as met only when the figures leave no doubt."""

from types import SimpleNamespace

import pytest

from bench.queue.__main__ import due
from bench.queue.loads import DRAIN, MINUTE, TARGETS, WORKLOADS
from bench.queue.peers import PEERS
from bench.queue.results import Results
from bench.queue.run import Measured


def results(**rates):
    """Return results of the plain drain, and the rates of each peer in it."""
    made = Results(kept=False)
    made.begin(DRAIN, {"run": {"at": "2026-01-01"}, "absent": {}, "seconds": 10})
    for peer, values in rates.items():
        for rate in values:
            made.add(DRAIN, peer, Measured(rate, 500, 2, None, rate, rate))
    return made


def verdict(made):
    (line,) = [line for line in made.page().splitlines() if line.startswith("| batch 1 against pgmq |")]
    return line.split("|")[-2].strip()


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ([1600] * 9, "met"),
        ([1500] * 9, "missed"),
        ([1400, 1400, 1400, 1400, 1700, 1700, 1700, 1700, 1700], "undecided"),
        ([1600] * 8, "met so far"),
    ],
)
def test_the_lower_end_of_the_interval_decides(rates, said):
    assert verdict(results(pyorch=rates, pgmq=[1000] * 9)) == said


def test_only_what_was_missed_is_missed():
    assert results(pyorch=[1500] * 9, pgmq=[1000] * 9).missed() == ["batch 1 against pgmq"]
    assert results(pyorch=[1600] * 9).missed() == []


def test_every_target_compares_what_is_measured():
    loads, peers = {load.name: load for load in WORKLOADS}, {peer.name: peer for peer in PEERS}
    for target in TARGETS:
        for side in (target.ours, target.base):
            load = loads[side.workload]
            assert peers[side.peer].script(load) is not None
            assert not load.peers or side.peer in load.peers
        assert loads[target.ours.workload].group == loads[target.base.workload].group
    assert loads[MINUTE].seconds >= 20


def test_only_what_is_undecided_runs_longer_nine_rounds_at_a_time():
    options = SimpleNamespace(rounds=None)
    (load,) = [load for load in WORKLOADS if load.name == DRAIN]
    turns = [(load, peer) for peer in PEERS if peer.name in ("pyorch", "pyorch-next", "pgmq", "naive")]
    doubtful = [1400, 1400, 1400, 1400, 1700, 1700, 1700, 1700, 1700]
    made = results(pyorch=doubtful, pgmq=[1000] * 9, **{"pyorch-next": [3000] * 9})
    assert due(options, turns, made, 8, turns) == turns
    longer = due(options, turns, made, 9, turns)
    assert [peer.name for _, peer in longer] == ["pyorch", "pgmq"]
    assert due(options, turns, made, 10, longer) == longer
    for _ in range(9):
        made.add(DRAIN, "pyorch", Measured(1700, 500, 2, None, 1700, 1700))
        made.add(DRAIN, "pgmq", Measured(1000, 500, 2, None, 1000, 1000))
    assert due(options, turns, made, 18, longer) == []
    assert due(SimpleNamespace(rounds=9), turns, results(pyorch=doubtful, pgmq=[1000] * 9), 9, turns) == []


def test_a_workload_without_a_verdict_is_not_prolonged():
    turns = [(load, PEERS[0]) for load in WORKLOADS if load.rounds == "few"]
    assert due(SimpleNamespace(rounds=None), turns, results(pyorch=[1600]), 2, turns) == []
