"""Finds sql/ and alembic/: inside the wheel as _sql and _alembic, in a checkout beside the package. No database."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def sql_dir() -> Path:
    """Return the directory with the present SQL (install.sql is its manifest)."""
    return _find("sql")


def alembic_dir() -> Path:
    """Return the directory with env.py and versions/."""
    return _find("alembic")


def versions_dir() -> Path:
    """Return the directory with the revisions and, beside each, the folder with its frozen SQL."""
    return alembic_dir() / "versions"


def manifest(install: Path) -> list[Path]:
    r"""Return the files that a manifest includes by `\ir`, in order.

    Args:
        install: path of an install.sql; its `\ir` lines are relative to it.

    Raises:
        FileNotFoundError: a listed file is missing.
    """
    files = [
        install.parent / line.removeprefix("\\ir ").strip()
        for line in install.read_text(encoding="utf-8").splitlines()
        if line.startswith("\\ir ")
    ]
    for file in files:
        if not file.is_file():
            raise FileNotFoundError(f"{install} lists {file}, which does not exist")
    return files


def _find(name: str) -> Path:
    packed = _PACKAGE / f"_{name}"
    if packed.is_dir():
        return packed
    # an editable install and a checkout have no packed copy
    beside = _PACKAGE.parent / name
    if beside.is_dir():
        return beside
    raise FileNotFoundError(f"pyorch is incomplete: neither {packed} nor {beside} is there; install it again")
