"""The style of sql/, as tests: how a file is named, what it holds, how it is written."""

import re
import subprocess
from importlib import metadata
from pathlib import Path

import alembic
import pytest
from sqlglot.dialects.postgres import Postgres
from sqlglot.tokens import TokenType

from pyorch import assets

ROOT = Path(__file__).parent.parent
SQL = ROOT / "sql"
FILES = sorted(SQL.rglob("*.sql"))
FUNCTIONS = sorted((SQL / "functions").rglob("*.sql"))
# the way back stands beside the manifest; the others are the manifest
NOT_LISTED = {"install.sql", "uninstall.sql"}

ROUTINE = re.compile(r"^create or replace (function|procedure) (\w+)\.(\w+)\(", re.MULTILINE)
# the order in which attributes stand, one to a line
ATTRIBUTES = (
    r"returns\b|\S.*\)$|\).*",
    r"language (sql|plpgsql)$",
    r"(volatile|stable|immutable)$",
    r"parallel (safe|unsafe|restricted)$",
    r"strict$",
    r"security (definer|invoker)$",
    r"(rows|cost) \d+$",
    r"set \w+ = .*$",
)
QUOTED = {TokenType.IDENTIFIER, TokenType.STRING, TokenType.NATIONAL_STRING, TokenType.BYTE_STRING}
MAX_COLUMNS = 100
# 60 is the aim; a longer one hides a helper
MAX_BODY_LINES = 120
# a template of what each queue gets: one statement with all that queues may differ in
MAX_TEMPLATE_LINES = 170
TEMPLATE = re.compile(r"_native_\w+|\w+_template")
MAX_BYTES = 24_000
MAX_PYTHON_LINES = 250


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def shouted(text: str) -> list[str]:
    """Return the words outside quotes that are not lower case; bodies between dollars are read as code, too."""
    found = []
    for token in Postgres().tokenize(text):
        if token.token_type in (TokenType.HEREDOC_STRING, TokenType.RAW_STRING):
            found += shouted(token.text)
        elif token.token_type not in QUOTED:
            word = text[token.start : token.end + 1]
            if word != word.lower() and word[0].isalpha() and not re.match(r"[EU]&?'", word):
                found.append(word)
    return found


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_is_lower_case_short_and_without_tabs(path):
    text = path.read_text(encoding="utf-8")
    faults = [f"not lower case: {word}" for word in shouted(text)]
    for number, line in enumerate(text.splitlines(), 1):
        if "\t" in line:
            faults.append(f"line {number}: a tab")
        if len(line) > MAX_COLUMNS:
            faults.append(f"line {number}: {len(line)} columns")
        if line != line.rstrip():
            faults.append(f"line {number}: blanks at its end")
        if line.startswith("\\") and path.name != "install.sql":
            faults.append(f"line {number}: a psql command; only the manifest has them")
    if not text.startswith("-- "):
        faults.append("no comment that says what it is")
    if not text.endswith("\n") or text.endswith("\n\n"):
        faults.append("does not end with one line end")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("path", FUNCTIONS, ids=name_of)
def test_a_function_file_holds_one_routine_with_header_comment_and_revoke(path):
    text = path.read_text(encoding="utf-8")
    faults = []
    routines = ROUTINE.findall(text)
    if len({(schema, name) for _, schema, name in routines}) != 1:
        faults.append(f"one routine to a file, here: {routines}")
    _, schema, name = routines[0]
    # a wrapper in another schema has the name of what it wraps
    if path.stem != name and (schema == "pyorch" or name not in path.stem):
        faults.append(f"the routine is called {name}")
    if not re.match(rf"-- {schema}\.{name}\(.*\n-- \S", text):
        faults.append(f"the header is not: -- {schema}.{name}(types), then what it does")
    for statement in (r"comment on {kind} {name}\(", r"revoke all on {kind} {name}\([^;]*\)\s+from public;"):
        for kind, schema, name in set(routines):
            pattern = statement.format(kind=kind, name=rf"{schema}\.{name}")
            if len(re.findall(pattern, text)) < len(routines):
                faults.append(f"missing: {pattern}")
    for attributes in attribute_blocks(text):
        faults += attribute_faults(attributes)
    limit = MAX_TEMPLATE_LINES if TEMPLATE.fullmatch(path.stem) else MAX_BODY_LINES
    faults += [f"a body of {lines} lines" for lines in body_lines(text) if lines > limit]
    assert not faults, "\n".join(faults)


def attribute_blocks(text: str) -> list[list[str]]:
    """Return, for each routine, the lines from its arguments' end to `as $$`."""
    blocks = []
    for routine in ROUTINE.finditer(text):
        rest = text[routine.end() :]
        head = rest[: rest.index("\nas $")]
        depth, end = 1, 0
        for end, letter in enumerate(re.sub(r"--.*", lambda m: " " * len(m[0]), head), 1):  # noqa: B007
            depth += {"(": 1, ")": -1}.get(letter, 0)
            if depth == 0:
                break
        blocks.append([line.strip() for line in head[end:].splitlines() if line.strip()])
    return blocks


def attribute_faults(lines: list[str]) -> list[str]:
    """Return what is wrong with the order of attributes."""
    at, faults, seen = 0, [], set()
    inside_table = False
    for line in lines:
        if inside_table or line.startswith("returns"):
            inside_table = (inside_table or line.endswith("(")) and line != ")"
            seen.add("returns")
            continue
        fits = [number for number, pattern in enumerate(ATTRIBUTES[1:], 1) if re.match(pattern, line)]
        if not fits:
            faults.append(f"no attribute of ours, or two on one line: {line}")
        elif fits[0] < at:
            faults.append(f"out of order: {line}")
        else:
            at = fits[0]
            seen.add(line.split()[0])
    needed = {"language", "security"} | ({"parallel"} if "returns" in seen else set())
    faults += [f"not written: {word}" for word in sorted(needed - seen)]
    return faults


def body_lines(text: str) -> list[int]:
    """Return the length of each routine's body, comments left out."""
    bodies = re.findall(r"^as (\$\w*\$)\n(.*?)^\1;", text, re.MULTILINE | re.DOTALL)
    return [
        sum(1 for line in body.splitlines() if line.strip() and not line.strip().startswith("--")) for _, body in bodies
    ]


@pytest.mark.parametrize("path", [path for path in FUNCTIONS if not path.stem.startswith("_")], ids=name_of)
def test_a_public_function_has_a_test_file(path):
    assert (ROOT / "tests" / "functions" / f"test_{path.stem}.py").exists()


def test_the_manifest_lists_every_file_once():
    manifest = (SQL / "install.sql").read_text(encoding="utf-8").splitlines()
    listed = [line.removeprefix("\\ir ") for line in manifest if line.startswith("\\ir ")]
    assert sorted(listed) == sorted(str(path.relative_to(SQL)) for path in FILES if path.name not in NOT_LISTED)


def test_the_manifest_holds_only_includes_and_headings():
    manifest = (SQL / "install.sql").read_text(encoding="utf-8").splitlines()
    assert [line for line in manifest if line and not re.match(r"\\ir \S+\.sql$|-- ", line)] == []


def test_folders_of_sql_are_no_packages():
    assert not [*SQL.rglob("__init__.py"), *(ROOT / "alembic").rglob("__init__.py")]


def test_our_folder_alembic_does_not_hide_the_library():
    assert Path(alembic.__file__).resolve().is_relative_to(metadata.distribution("alembic").locate_file("").resolve())  # type: ignore[union-attr]
    assert assets.alembic_dir().name in ("alembic", "_alembic")


def test_files_stay_short():
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    faults = []
    for path in (ROOT / name for name in listing.stdout.split("\0") if name):
        # generated, or copies of what is judged in sql/
        if not path.exists() or path.suffix in (".json", ".lock") or "versions" in path.parts:
            continue
        if path.stat().st_size > MAX_BYTES:
            faults.append(f"{name_of(path)}: {path.stat().st_size} bytes")
        if path.is_relative_to(ROOT / "pyorch") and len(path.read_text().splitlines()) > MAX_PYTHON_LINES:
            faults.append(f"{name_of(path)}: {len(path.read_text().splitlines())} lines")
    assert not faults, "\n".join(faults)
