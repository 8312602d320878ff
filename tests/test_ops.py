"""What revisions are made of: a second one, written as a later release would, goes up and down exactly."""

import shutil

import psycopg
import pytest

from pyorch import assets, catalog, migrate
from pyorch.errors import PyorchError

REVISION = '''"""A later release.

Data loss: none.
"""

from pyorch.ops import drop, install, replace

revision = "0002_later"
down_revision = "0001_initial"
branch_labels = None
depends_on = None


def upgrade() -> None:
    install("0002_later", "tables/later")
    replace("functions/_edit_distance", "0002_later", signature_changed=True)
    replace("functions/_now", "0002_later")


def downgrade() -> None:
    replace("functions/_now", "0001_initial")
    replace("functions/_edit_distance", "0001_initial", signature_changed=True)
    drop("tables/later")
'''

# all that a way to the server could mistake for something else: colons, percent signs, backslashes, tabs
NASTY = r"""'{"enabled":true}' || '%s %% %(name)s' || :x || '\:' || E'\t' || $q$ 100 % $q$"""


@pytest.fixture
def later(tmp_path, monkeypatch):
    """A copy of alembic/ with a second revision."""
    folder = tmp_path / "alembic"
    shutil.copytree(assets.alembic_dir(), folder, ignore=shutil.ignore_patterns("__pycache__"))
    versions = folder / "versions"
    (versions / "0002_later.py").write_text(REVISION)
    frozen = versions / "0002_later"
    (frozen / "tables").mkdir(parents=True)
    (frozen / "functions").mkdir()
    (frozen / "tables" / "later.sql").write_text("create table pyorch.later (what text);\n")
    first = versions / "0001_initial" / "functions"
    changed = (first / "_edit_distance.sql").read_text().replace("p_a text, p_b text", "p_one text, p_two text")
    changed = changed.replace("p_a", "p_one").replace("p_b", "p_two")
    (frozen / "functions" / "_edit_distance.sql").write_text(changed)
    now = (first / "_now.sql").read_text().replace("begin\n", f"begin\n  -- {NASTY}\n", 1)
    (frozen / "functions" / "_now.sql").write_text(now)
    monkeypatch.setattr(assets, "alembic_dir", lambda: folder)
    return frozen


def facts(dsn):
    with psycopg.connect(dsn, autocommit=True) as db:
        return catalog.read(db)


def test_a_later_revision_goes_up_down_and_up_exactly(later, empty_dsn):
    migrate.upgrade(empty_dsn, "0001_initial")
    first = facts(empty_dsn)
    assert migrate.upgrade(empty_dsn) == ["0002_later"]
    second = facts(empty_dsn)
    assert first != second
    assert migrate.downgrade(empty_dsn, "0001_initial") == ["0002_later"]
    assert facts(empty_dsn) == first
    assert migrate.upgrade(empty_dsn) == ["0002_later"]
    assert facts(empty_dsn) == second
    assert migrate.downgrade(empty_dsn) == ["0002_later", "0001_initial"]


def test_a_signature_that_changed_brings_its_grants_and_comment_along(later, empty_dsn):
    migrate.upgrade(empty_dsn)
    with psycopg.connect(empty_dsn, autocommit=True) as db:
        names = db.execute("""
          select p.proargnames, obj_description(p.oid, 'pg_proc'), has_function_privilege('public', p.oid, 'execute')
            from pg_proc p where p.oid = 'pyorch._edit_distance(text,text)'::regprocedure""").fetchone()
    assert names == (["p_one", "p_two"], "How many slips two short words are apart.", False)


@pytest.mark.parametrize("way", ["online", "printed"])
def test_text_arrives_as_it_is_whatever_stands_in_it(later, server, empty_dsn, way):
    if way == "online":
        migrate.upgrade(empty_dsn)
    else:
        server.psql(empty_dsn, "-f", "-", stdin=migrate.offline_sql())
    with psycopg.connect(empty_dsn, autocommit=True) as db:
        body = db.execute("select prosrc from pg_proc where proname = '_now'").fetchone()[0]
    assert f"-- {NASTY}\n" in body


def test_the_printed_sql_of_one_step_takes_a_database_there(later, server, empty_dsn):
    migrate.upgrade(empty_dsn, "0001_initial")
    server.psql(empty_dsn, "-f", "-", stdin=migrate.offline_sql("0001_initial"))
    assert migrate.current(empty_dsn) == "0002_later"
    assert [(one.revision, one.applied) for one in migrate.history(empty_dsn)] == [
        ("0001_initial", True),
        ("0002_later", True),
    ]


def test_a_revision_that_fails_leaves_nothing_behind(later, empty_dsn):
    (later / "tables" / "later.sql").write_text("create table pyorch.later (what text); select 1 / 0;\n")
    with pytest.raises(PyorchError, match="division by zero"):
        migrate.upgrade(empty_dsn)
    with psycopg.connect(empty_dsn, autocommit=True) as db:
        assert db.execute("select to_regnamespace('pyorch')").fetchone() == (None,)


def test_a_manifest_with_a_missing_file_is_refused(tmp_path):
    (tmp_path / "install.sql").write_text("\\ir missing.sql\n")
    with pytest.raises(FileNotFoundError, match=r"missing\.sql"):
        assets.manifest(tmp_path / "install.sql")
