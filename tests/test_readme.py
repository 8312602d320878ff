"""README and docs/: their SQL runs, their links exist, their figures are those of the demo."""

from __future__ import annotations

import json
import re
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from pyorch.cli import main
from tests.conftest import ROOT

DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", *ROOT.glob("examples/*/README.md"), *DOCS.glob("*.md")])
WITH_SQL = [
    page for page in PAGES if "```sql" in page.read_text() and page.name not in ("reference.md", "decisions.md")
]

# what a reader has already
TABLE = """
    create table public.import_queue (
      id uuid primary key default gen_random_uuid(),
      listing_url text not null,
      status text not null default 'pending',
      attempts integer not null default 0,
      locked_at timestamptz,
      locked_by text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    insert into public.import_queue (listing_url) select 'https://example.com/' || n from generate_series(1, 30) n;
"""


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path, language: str) -> list[str]:
    """Return the fenced code blocks of a page in one language."""
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(), re.DOTALL)


@pytest.mark.parametrize("page", WITH_SQL, ids=name_of)
def test_the_sql_of_a_page_runs_from_top_to_bottom(page: Path, db: psycopg.Connection) -> None:
    db.execute(TABLE)
    if "attach_queue" not in "".join(blocks(page, "sql")):
        db.execute("select pyorch.attach_queue('import_queue', 'public.import_queue')")
    for block in blocks(page, "sql"):
        for statement in re.split(r";\n", block):
            if statement.strip():
                db.execute(statement.encode())


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_the_install_command_of_the_readme_works(empty_dsn: str) -> None:
    (line,) = re.findall(r"^    pyorch (install --.*)$", (ROOT / "README.md").read_text(), re.MULTILINE)
    arguments = line.replace("postgresql://postgres@localhost/app", "DSN").split()
    done = CliRunner().invoke(main, [empty_dsn if word == "DSN" else word for word in arguments])
    assert done.exit_code == 0, done.output


def test_the_output_of_the_demo_in_the_readme_has_the_figures_that_it_must_have() -> None:
    text = (ROOT / "README.md").read_text()
    for figure in ("1,125", "99", "All of it holds."):
        assert figure in text


def kept(bench: str) -> dict:
    """Return the figures that the last whole run of a bench left."""
    return json.loads((ROOT / "bench" / "results" / f"{bench}.json").read_text())["figures"]


def test_the_measured_figures_are_those_that_the_benches_left() -> None:
    calls, large, orphans = kept("calls"), kept("orchestrate_large"), kept("orphans")
    wake, native, attached = calls["agent: enqueue to arrival"], orphans["native"], orphans["attached_claimed"]

    def times(figure: dict, digits: int) -> str:
        ratio, low, high = (f"{figure[key]:.{digits}f}" for key in ("ratio", "low", "high"))
        return f"{ratio} times ({low}–{high})"

    ratio, low, high = (f"{large['ratio'][key]:.2f}" for key in ("ratio", "low", "high"))
    said = [
        f"median {kept('orchestrate')['orchestrate']['median_ms']:.1f} ms",
        f"p99 {large['orchestrate large']['p99_ms']:.1f} ms, {ratio} times the small table ({low}–{high})",
        f"median {large['naive large']['median_ms']:,.0f} ms",
        f"{times(calls['agent over pg_net at 200'], 1)}, {times(calls['agent over pg_net at 2000'], 2)}",
        f"p50 {wake['p50']:.1f} ms, p99 {wake['p99']:.1f} ms",
        f"{native['rate']:,.0f}/s, {attached['rate']:,.0f}/s",
        f"{native['p99_during_ms']:.1f} ms by {native['p99_before_ms']:.1f} ms,"
        f" {attached['p99_during_ms']:.1f} ms by {attached['p99_before_ms']:.1f} ms",
    ]
    queue = (ROOT / "bench" / "results" / "queue.md").read_text()
    for targets in (
        "(?:batch 1|`next`) against pgmq",
        "last 10 s of a minute against pgmq",
        "attached against the naive pattern(?:, a minute)?",
        "last 10 s of 90 with a snapshot",
        r"batch 50 against \S+",
    ):
        ratios = re.findall(rf"\| {targets} \| ([\d.]+) (\([\d.–]+\))", queue)
        said.append(", ".join(f"{ratio} times {interval}" for ratio, interval in ratios))
    readme = (ROOT / "README.md").read_text()
    assert all(said) and [figure for figure in said if figure not in readme] == []
