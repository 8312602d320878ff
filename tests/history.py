"""Judges the recorded history of many workers on one queue: what must never have happened?

lost            an item that was enqueued, and neither completed nor dead at the end
twice           an item whose completion was accepted twice
stale           a receipt accepted after a newer one of its item was given out, or after it had ended already
double          an item claimed while another worker surely held it
group           an item of a group claimed while an older one of its group was surely unfinished
priority        a plain item claimed while a more important one, never claimed before, had waited for long
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

# seconds that a claim may come before a lease is over by our reading of the clock, and that order may be late
SLACK = 0.05
PATIENCE = 5.0
LEASE = 1.0


@dataclass(slots=True)
class Call:
    """One call: between `at` and `end` it took effect; end is None when its worker died or it failed meanwhile."""

    op: str
    at: float
    end: float | None
    rows: list[list[str]]
    said: dict[str, Any]


@dataclass(slots=True)
class Claimed:
    """One item in one claim."""

    item: str
    receipt: str
    at: float
    end: float
    # the last moment at which its lease surely still ran, by the worker's clock
    held_until: float


def read(paths: Iterable[Path]) -> list[Call]:
    """Return all calls of all logs, by the time at which they began."""
    calls: dict[str, Call] = {}
    for path in paths:
        for line in path.read_text().splitlines():
            if not line.endswith("}"):
                continue  # the last line of a killed worker
            event = json.loads(line)
            if "op" in event:
                calls[event["call"]] = Call(event["op"], event["at"], None, [], event)
            else:
                call = calls[event["call"]]
                call.end, call.rows = event["end"], event["rows"]
    return sorted(calls.values(), key=lambda call: call.at)


def judge(calls: list[Call], dead: set[str], left: set[str]) -> list[str]:
    """Return what is wrong, a line each. dead: ids among the dead letters; left: ids in any other table at the end."""
    claims: dict[str, list[Claimed]] = defaultdict(list)
    owner: dict[str, str] = {}
    for call in calls:
        if call.op == "claim" and call.end is not None:
            for item, receipt, _ in call.rows:
                claims[item].append(Claimed(item, receipt, call.at, call.end, call.at + LEASE))
                owner[receipt] = item
    # what ended, or may have ended, a claim: by receipt
    ends: dict[str, list[tuple[Call, bool]]] = defaultdict(list)
    for call in calls:
        if call.op in ("complete", "fail", "release", "heartbeat"):
            accepted = {row[0] for row in call.rows}
            for receipt in call.said["receipts"]:
                if call.end is None or receipt in accepted:
                    ends[receipt].append((call, call.end is not None))
    enqueued = {row[0]: call for call in calls if call.op == "enqueue" for row in call.rows}
    return [
        *_finished(enqueued, claims, ends, dead, left),
        *_stale(claims, ends, owner),
        *_double(claims, ends),
        *_groups(enqueued, claims, ends, dead),
        *_priorities(enqueued, claims),
    ]


def _finished(enqueued, claims, ends, dead, left) -> Iterable[str]:
    for item in enqueued:
        done = [(call, sure) for c in claims[item] for call, sure in ends[c.receipt] if call.op == "complete"]
        sure = sum(1 for _, certain in done if certain)
        if sure > 1:
            yield f"twice: {item} was completed {sure} times"
        if not done and item not in dead and item not in left:
            yield f"lost: {item} was neither completed nor is it dead or left"
        if sure and (item in dead or item in left):
            yield f"lost: {item} was completed and is still there"


def _stale(claims, ends, owner) -> Iterable[str]:
    for receipt, calls in ends.items():
        mine = claims[owner.get(receipt, "")]
        claimed = next((c for c in mine if c.receipt == receipt), None)
        for call, sure in calls:
            if not sure:
                continue
            if claimed is None:
                yield f"stale: {receipt} was accepted by {call.op} and never given out"
                continue
            newer = [c for c in mine if c.at > claimed.end and c.end < call.at]
            if newer:
                yield f"stale: {receipt} was accepted by {call.op} after {newer[0].receipt} was given out"
            before = [
                other
                for other, certain in calls
                if certain and other.op != "heartbeat" and other is not call and other.end < call.at
            ]
            if before:
                yield f"stale: {receipt} was accepted by {call.op} after {before[0].op}"


def _double(claims, ends) -> Iterable[str]:
    def possible(first: Claimed, second: Claimed) -> bool:
        """Whether `second` may have been claimed after `first` was given back or had lost its lease."""
        mine = ends[first.receipt]
        until = max([first.held_until, *(c.at + LEASE for c, sure in mine if c.op == "heartbeat" and sure)])
        return second.end >= until - SLACK or any(c.op != "heartbeat" and c.at < second.end for c, _ in mine)

    for item, all_of_it in claims.items():
        ordered = sorted(all_of_it, key=lambda c: c.at)
        for first, second in pairwise(ordered):
            # of two that overlap, either may have come first
            overlap = second.at < first.end
            if not possible(first, second) and not (overlap and possible(second, first)):
                yield f"double: {item} was claimed as {second.receipt} while {first.receipt} was held"


def _groups(enqueued, claims, ends, dead) -> Iterable[str]:
    lines: dict[str, list[str]] = defaultdict(list)
    for item, call in sorted(enqueued.items(), key=lambda e: int(e[0])):
        if call.said.get("group"):
            lines[call.said["group"]].append(item)
    for group, items in lines.items():
        for older, younger in pairwise(items):
            if older in dead:
                continue
            # the first moment at which the older one may have been done
            done = [call.at for c in claims[older] for call, _ in ends[c.receipt] if call.op == "complete"]
            started = [c.end for c in claims[younger]]
            if started and (not done or min(started) < min(done)):
                yield f"group: {younger} of {group} was claimed before {older} was done"


def _priorities(enqueued, claims) -> Iterable[str]:
    plain = sorted(
        (c for item, call in enqueued.items() if not call.said.get("priority") for c in claims[item]),
        key=lambda c: c.at,
    )
    for item, call in enqueued.items():
        if call.said.get("priority") and claims[item] and call.end is not None:
            begin, end = call.end + PATIENCE, min(c.at for c in claims[item]) - PATIENCE
            first, last = (bisect_right(plain, moment, key=lambda c: c.at) for moment in (begin, end))
            if any(plain[n].end < end for n in range(first, last)):
                yield f"priority: {item} waited while plain items were claimed"
