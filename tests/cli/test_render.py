"""Rendering: for people and for programs, without a database."""

import io
import json
import re
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from pyorch import render


def test_json_holds_every_kind_of_value():
    row = {"at": datetime(2026, 3, 1, tzinfo=UTC),
           "every": timedelta(minutes=2), "n": Decimal("7"), "x": Decimal("1.5"),
           "list": [1, None], "object": {"a": True}}  # fmt: skip
    assert json.loads(render.to_json(row)) == {
        "at": "2026-03-01T00:00:00+00:00", "every": 120.0, "n": 7, "x": 1.5, "list": [1, None], "object": {"a": True},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.42, "0.4 s"), (5, "5 s"), (60, "1 min"), (725, "12 min 5 s"), (3600, "1 h"), (273_600, "3 d 4 h")],
)
def test_durations_have_the_two_units_that_matter(seconds, text):
    assert render.duration(seconds) == text


def test_a_table_into_a_pipe_is_neither_wrapped_nor_padded(capsys):
    statement = "create index concurrently " + "very_long_name " * 20 + "x"
    render.console().print(render.table([{"state": "ok", "todo": statement}, {"state": "failed", "todo": ""}]))
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == f"ok      {statement}" and lines[2] == "failed"


def test_what_looks_like_markup_is_text(capsys):
    render.console().print(render.table([{"error": "[red]no[/red] [x"}]))
    render.console().print(render.record({"error": "[bold]"}))
    out = capsys.readouterr().out
    assert "[red]no[/red] [x" in out and "[bold]" in out


def test_what_is_nested_in_a_row_gets_a_table_of_its_own(capsys):
    render.whole(
        {"success": True, "steps": [{"name": "unlock", "ms": 1.5}], "depths": {"a": {"pending": 3}}, "none": []}
    )
    out = capsys.readouterr().out
    assert "success  yes" in out and "Steps\nname     ms\nunlock  1.5" in out and "pending\na        3" in out
    assert "none" not in out.lower()


class _Narrow(io.StringIO):
    def isatty(self):
        return True


def test_where_the_terminal_is_too_narrow_each_row_is_a_block(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(sys, "stdout", out := _Narrow())
    row = {"queue": "imports", "oldest_pending_seconds": 3.0, "relation": "public.imports", "empty": None}
    render.console().print(render.table([row, {**row, "queue": "mails"}]))
    text = re.sub(r"\x1b\[[0-9;]*m| +$", "", out.getvalue(), flags=re.MULTILINE)
    assert "oldest_pending_seconds  3.0\n" in text and "empty" not in text and text.count("\n\n") == 1
    monkeypatch.setenv("COLUMNS", "200")
    render.console().print(render.table([row]))
    assert "queue    oldest_pending_seconds  relation" in re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue())


def test_a_title_is_not_folded_to_the_width_of_its_table(capsys):
    render.console().print(render.record({"a": 1}, "public.imports as queue imports: columns"))
    assert capsys.readouterr().out.startswith("public.imports as queue imports: columns\n")
