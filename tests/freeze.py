"""Copies sql/ into the newest revision's folder, byte by byte.  make freeze

Files that an older revision froze and that have not changed since are left out, so that a folder holds what its
revision introduced or changed. Folders of released revisions are never touched: only the newest is written.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
VERSIONS = ROOT / "alembic" / "versions"
SQL = ROOT / "sql"


def folders() -> list[Path]:
    """Return the folders of all revisions, oldest first."""
    return [script.with_suffix("") for script in sorted(VERSIONS.glob("[0-9]*.py"))]


def wanted() -> dict[Path, bytes]:
    """Return what the newest folder must hold: relative path to content."""
    *older, _newest = folders()
    frozen = {file.relative_to(folder): file.read_bytes() for folder in older for file in sorted(folder.rglob("*.sql"))}
    present = {file.relative_to(SQL): file.read_bytes() for file in sorted(SQL.rglob("*.sql"))}
    return {path: text for path, text in present.items() if frozen.get(path) != text}


def differences() -> list[str]:
    """Return the files in which the newest folder differs from what it must hold."""
    folder, want = folders()[-1], wanted()
    have = {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*.sql")}
    return sorted(str(path) for path in want.keys() | have.keys() if want.get(path) != have.get(path))


def freeze() -> list[str]:
    """Write them; return what changed."""
    changed, folder, want = differences(), folders()[-1], wanted()
    for name in changed:
        target = folder / name
        if Path(name) in want:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(want[Path(name)])
        else:
            target.unlink()
    return changed


if __name__ == "__main__":
    for name in freeze():
        sys.stdout.write(f"frozen: {folders()[-1].name}/{name}\n")
