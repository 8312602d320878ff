"""Data on stdout, talk on stderr: tables for people, JSON for programs. No database, no decision."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TextIO, cast

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

Row = Mapping[str, Any]
UNWRAPPED = 2000
# a cell of text may be folded down to this width; a word up to this long is not broken
FOLDED = 20

COLOURS = {
    "ok": "green",
    "succeeded": "green",
    "warning": "yellow",
    "critical": "red",
    "failed": "red",
    "timed_out": "red",
    "lost": "red",
    "refused": "red",
}


def plain(value: Any) -> Any:
    """A value as JSON knows it: times in ISO 8601, intervals in seconds, numerics as numbers."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return str(value)


def to_json(data: Any) -> str:
    """Any answer as JSON text, in its own order."""
    return json.dumps(plain(data), ensure_ascii=False, indent=2)


def cell(value: Any) -> str:
    """A value as people read it in a table; never interpreted as markup."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, timedelta):
        return duration(value.total_seconds())
    if isinstance(value, float):
        return f"{value:.1f}"
    if isinstance(value, (Mapping, list, tuple)):
        return "" if not value else json.dumps(plain(value), ensure_ascii=False)
    return str(value)


def duration(seconds: float) -> str:
    """Seconds as the two largest units that matter: ``3 d 4 h``, ``12 min 5 s``, ``0.4 s``."""
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds == int(seconds) else f"{seconds:.1f} s"
    parts: list[str] = []
    rest = int(seconds)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        if rest >= size and len(parts) < 2:
            parts.append(f"{rest // size} {unit}")
            rest %= size
    return " ".join(parts)


def console(*, stderr: bool = False) -> Console:
    """A console made at the moment of use, so that redirected streams are respected.

    Into a file or a pipe nothing is wrapped, so that a line can be searched and a statement copied.
    """
    stream = sys.stderr if stderr else sys.stdout
    if stream.isatty():
        return Console(file=stream, highlight=False)
    return Console(file=cast(TextIO, _Trimmed(stream)), width=UNWRAPPED, highlight=False, soft_wrap=True)


class _Trimmed:
    """A stream that takes the blanks with which a table fills its last column from the ends of lines."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write without them."""
        return self._stream.write(re.sub(r" +$", "", text, flags=re.MULTILINE))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def table(rows: Iterable[Row], columns: Sequence[str] | None = None, title: str | None = None) -> RenderableType:
    """Rows as a table; ``columns`` chooses and orders, else those of the first row.

    Where the terminal is too narrow for it, each row becomes a block of its own, without what is empty.
    """
    listed = list(rows)
    names = list(columns or (listed[0].keys() if listed else ()))
    if _width(listed, names) > console().width:
        blocks = [record({name: row.get(name) for name in names if cell(row.get(name))}) for row in listed]
        spaced: list[RenderableType] = [part for block in blocks for part in ("", block)]
        return _titled(Group(*spaced[1:]), title)
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        numeric = bool(listed) and all(isinstance(row.get(name), (int, float, Decimal, type(None))) for row in listed)
        grid.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in listed:
        grid.add_row(*(coloured(row.get(name)) for name in names))
    return _titled(grid, title)


def _width(rows: Sequence[Row], names: Sequence[str]) -> int:
    """The columns that a table takes when no word is broken in it, save long ones."""
    words = ([name, *(word for row in rows for word in cell(row.get(name)).split())] for name in names)
    return sum(
        2 + max(len(name), *(min(FOLDED, len(word)) for word in column))
        for name, column in zip(names, words, strict=True)
    )


def _titled(body: RenderableType, title: str | None) -> RenderableType:
    """Under its title, which is never folded to the width of a narrow table."""
    return Group(Text(title, style="bold italic"), body) if title else body


def coloured(value: Any) -> str:
    """A cell, with the colour of its state where it names one."""
    text = escape(cell(value))
    colour = COLOURS.get(text) if isinstance(value, str) else None
    return f"[{colour}]{text}[/]" if colour else text


def record(row: Row, title: str | None = None) -> RenderableType:
    """One row, a line for each column."""
    return _titled(_lines(((name, coloured(value)) for name, value in row.items()), "bold"), title)


def bullets(lines: Iterable[str], title: str) -> RenderableType:
    """Sentences, one for each line, under a title."""
    return _titled(_lines((("-", escape(line)) for line in lines), ""), title)


def _lines(pairs: Iterable[tuple[str, str]], style: str) -> Table:
    """A name and a text a line; what is too long is folded under itself."""
    grid = Table(box=None, padding=(0, 2 if style else 1, 0, 0), show_header=False)
    grid.add_column(style=style, no_wrap=True)
    grid.add_column(overflow="fold")
    for pair in pairs:
        grid.add_row(*pair)
    return grid


def whole(row: Row, title: str | None = None) -> None:
    """Print one row with all that is nested in it: plain values as a record, then lists and objects by name."""
    nested = {name: value for name, value in row.items() if isinstance(value, (list, Mapping)) and value}
    plain_ones = {name: value for name, value in row.items() if name not in nested and value not in ([], {})}
    out = console()
    out.print(record(plain_ones, title))
    if nested:
        out.print()
        sections(nested)


def sections(parts: Mapping[str, Any], columns: Mapping[str, Sequence[str]] | None = None) -> None:
    """Print several answers under their names: lists of rows as tables, rows as records, what is empty not at all.

    ``columns`` chooses, for the lists that it names, what people see.
    """
    out = console()
    for name, part in parts.items():
        title = name.replace("_", " ").capitalize()
        if isinstance(part, Mapping) and part and all(isinstance(item, Mapping) for item in part.values()):
            out.print(table([{"": key, **item} for key, item in part.items()], title=title))
        elif isinstance(part, Mapping) and part:
            out.print(record(part, title))
        elif isinstance(part, list) and part and isinstance(part[0], Mapping):
            out.print(table(part, (columns or {}).get(name), title))
        elif isinstance(part, list) and part:
            out.print(bullets(map(cell, part), title))
        else:
            continue
        out.print()
