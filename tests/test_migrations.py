"""The proofs that an upgraded database is a fresh one, that every step can be taken back, and who may take it."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from alembic.runtime.migration import MigrationContext

from pyorch import assets, catalog, migrate
from pyorch.errors import PyorchError, VersionMismatchError
from tests import freeze
from tests.conftest import ROOT

AGAIN = "sql/ and its newest frozen copies differ. Run: make freeze"


def facts(dsn):
    """Return the normalised catalog of a database: no ids, no positions of columns, no version table."""
    with psycopg.connect(dsn, autocommit=True) as db:
        return catalog.read(db)


def objects_of_ours(dsn):
    with psycopg.connect(dsn, autocommit=True) as db:
        return db.execute("""
          select 'schema', nspname from pg_namespace where nspname like 'pyorch%'
          union all
          select 'routine', proname from pg_proc p join pg_namespace n on n.oid = pronamespace
           where nspname like 'pyorch%' or (nspname = 'public' and proname = 'orchestrate')""").fetchall()


def test_an_upgraded_database_is_a_fresh_one(server, empty_dsn, dsn):
    migrate.upgrade(empty_dsn)
    assert facts(empty_dsn) == facts(dsn)


def test_the_newest_frozen_copies_are_the_present():
    assert freeze.differences() == [], AGAIN


def test_every_frozen_manifest_lists_what_its_folder_holds():
    folder = assets.versions_dir() / "0001_initial"
    listed = {file.relative_to(folder) for file in assets.manifest(folder / "install.sql")}
    there = {file.relative_to(folder) for file in folder.rglob("*.sql")}
    assert there - listed == {Path("install.sql"), Path("uninstall.sql")}


def test_each_revision_up_down_up_is_the_same_again(empty_dsn):
    before = objects_of_ours(empty_dsn)
    seen = []
    for revision in [one.revision for one in migrate.history(empty_dsn)]:
        migrate.upgrade(empty_dsn, revision)
        there = facts(empty_dsn)
        assert migrate.downgrade(empty_dsn, "base" if not seen else seen[-1]) == [revision]
        if not seen:
            assert objects_of_ours(empty_dsn) == before == []
        assert migrate.upgrade(empty_dsn, revision) == [revision]
        assert facts(empty_dsn) == there
        seen.append(revision)


def test_twice_is_harmless(empty_dsn):
    assert migrate.upgrade(empty_dsn) == [one.revision for one in migrate.history(empty_dsn)]
    once = facts(empty_dsn)
    assert migrate.upgrade(empty_dsn) == []
    assert facts(empty_dsn) == once


def test_down_twice_is_harmless(empty_dsn):
    migrate.upgrade(empty_dsn)
    migrate.downgrade(empty_dsn)
    assert migrate.downgrade(empty_dsn) == []


def at_once(dsn, times):
    """Upgrade in so many processes at once; return how many revisions each of them applied, in order of size."""
    code = f"from pyorch import migrate; print(len(migrate.upgrade({dsn!r})))"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(times)
    ]
    answers = [process.communicate() for process in started]
    assert all(process.returncode == 0 for process in started), "\n".join(stderr for _, stderr in answers)
    return sorted(int(stdout) for stdout, _ in answers)


def test_eight_at_once_all_succeed_and_one_of_them_works(empty_dsn):
    assert at_once(empty_dsn, 8) == [0] * 7 + [len(migrate.history(empty_dsn))]


def test_an_upgrade_that_ends_while_another_looks_is_not_taken_for_an_install_by_psql(empty_dsn, monkeypatch):
    look = MigrationContext.get_current_heads

    def look_and_be_overtaken(context):
        heads = look(context)
        monkeypatch.undo()
        assert at_once(empty_dsn, 1) != [0]
        return heads

    monkeypatch.setattr(MigrationContext, "get_current_heads", look_and_be_overtaken)
    assert migrate.upgrade(empty_dsn) == []


def test_who_waits_for_the_lock_sees_what_the_one_before_did_under_any_isolation(server, empty_dsn):
    database = empty_dsn.rpartition("dbname=")[2]
    server.psql("postgres", "-c", f"alter database {database} set default_transaction_isolation = 'serializable'")
    assert at_once(empty_dsn, 3)[:2] == [0, 0]


def test_threads_of_one_process_do_not_disturb_each_other(empty_dsn):
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: migrate.upgrade(empty_dsn), range(4)))
    assert sorted(map(len, done))[:3] == [0, 0, 0]


def test_a_database_ahead_of_the_code_is_refused_with_a_hint(empty_dsn):
    migrate.upgrade(empty_dsn)
    with psycopg.connect(empty_dsn, autocommit=True) as db:
        db.execute("update pyorch.alembic_version set version_num = '9999_future'")
    for attempt in (migrate.upgrade, migrate.downgrade, migrate.current, migrate.history):
        with pytest.raises(VersionMismatchError) as refused:
            attempt(empty_dsn)
        assert refused.value.sqlstate == "PY012"
        assert "9999_future" in refused.value.message
        assert "pip install --upgrade" in refused.value.hint


def test_a_database_that_psql_made_is_refused_with_a_hint(dsn):
    with pytest.raises(VersionMismatchError, match="no revision is recorded"):
        migrate.upgrade(dsn)


def test_an_unknown_revision_is_refused_with_the_known_ones(empty_dsn):
    with pytest.raises(PyorchError) as refused:
        migrate.upgrade(empty_dsn, "0815_missing")
    assert "0001_initial" in refused.value.hint
    assert objects_of_ours(empty_dsn) == []


def test_the_printed_sql_makes_the_same_database(server, empty_dsn, dsn):
    server.psql(empty_dsn, "-f", "-", stdin=migrate.offline_sql())
    assert facts(empty_dsn) == facts(dsn)
    assert migrate.current(empty_dsn) == migrate.head()


def test_the_printed_sql_is_the_same_every_time_and_holds_each_file_unchanged():
    printed = migrate.offline_sql()
    assert printed == migrate.offline_sql()
    for file in assets.manifest(assets.versions_dir() / "0001_initial" / "install.sql"):
        assert file.read_text(encoding="utf-8") in printed, file


def test_what_is_installed_is_byte_for_byte_what_was_frozen(empty_dsn):
    migrate.upgrade(empty_dsn)
    folder = assets.versions_dir() / "0001_initial"
    texts = "\n".join(file.read_text(encoding="utf-8") for file in assets.manifest(folder / "install.sql"))
    with psycopg.connect(empty_dsn, autocommit=True) as db:
        bodies = db.execute(
            "select prosrc from pg_proc where pronamespace = 'pyorch'::regnamespace and proname !~ '^_q_'"
        ).fetchall()
    assert [body for (body,) in bodies if body not in texts] == []


def test_a_plain_owner_gets_the_same_and_can_take_it_back(plain_dsn, dsn):
    migrate.upgrade(plain_dsn)
    assert facts(plain_dsn).keys() == facts(dsn).keys()
    assert facts(plain_dsn) == facts(dsn)
    migrate.downgrade(plain_dsn)
    assert objects_of_ours(plain_dsn) == []


def test_who_may_not_create_schemas_uses_those_made_for_him(server, empty_dsn):
    database = empty_dsn.rpartition("dbname=")[2]
    server.psql("postgres", "-c", "create role guest login", "-c", f"revoke all on database {database} from public")
    server.psql("postgres", "-c", f"grant connect on database {database} to guest")
    guest = empty_dsn.replace("user=postgres", "user=guest")
    with pytest.raises(PyorchError) as refused:
        migrate.upgrade(guest)
    assert refused.value.sqlstate == "42501"
    assert "grant create on database" in refused.value.hint
    server.psql(
        database, "-c", "create schema pyorch authorization guest", "-c", "create schema pyorch_api authorization guest"
    )
    migrate.upgrade(guest)
    assert migrate.current(guest) == migrate.head()
    migrate.downgrade(guest)
    assert objects_of_ours(empty_dsn) == []
    server.psql(database, "-c", "drop owned by guest", "-c", "drop role guest")


def test_what_a_user_has_besides_is_not_touched(server, empty_dsn):
    server.psql(empty_dsn, "-c", "create table public.alembic_version (version_num text)")
    server.psql(empty_dsn, "-c", "insert into public.alembic_version values ('mine')")
    migrate.upgrade(empty_dsn)
    migrate.downgrade(empty_dsn)
    assert server.psql(empty_dsn, "-At", "-c", "select * from public.alembic_version") == "mine\n"


def test_a_lock_on_our_tables_ends_the_upgrade_soon_and_changes_nothing(empty_dsn):
    migrate.upgrade(empty_dsn)
    with psycopg.connect(empty_dsn) as other:
        other.execute("lock table pyorch.role_map in access share mode")
        with pytest.raises(PyorchError) as refused:
            migrate.downgrade(empty_dsn)
    assert refused.value.sqlstate == "55P03"
    assert "try again" in refused.value.hint
    assert migrate.current(empty_dsn) == migrate.head()


@pytest.mark.pg_cron
def test_taken_back_no_job_of_ours_is_left(bare_cron_dsn):
    migrate.upgrade(bare_cron_dsn)
    with psycopg.connect(bare_cron_dsn, autocommit=True) as db:
        db.execute("select pyorch._after_install('{}')")
        assert db.execute("select count(*) from cron.job").fetchone() == (3,)
        migrate.downgrade(bare_cron_dsn)
        assert db.execute("select count(*) from cron.job").fetchone() == (0,)
    assert objects_of_ours(bare_cron_dsn) == []


def test_released_revisions_are_never_changed():
    tags = subprocess.run(["git", "tag", "--list", "v*"], cwd=ROOT, capture_output=True, text=True)
    released = tags.stdout.split()
    if not released:
        pytest.skip("nothing is released yet: no tag v*")
    changed = subprocess.run(
        ["git", "diff", "--name-only", "--diff-filter=DMR", released[-1], "--", "alembic/versions"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert changed == ""


def test_revisions_import_nothing_of_pyorch_but_ops():
    for script in (ROOT / "alembic").rglob("*.py"):
        imports = re.findall(r"^(?:from|import) (pyorch[\w.]*)", script.read_text(), re.MULTILINE)
        assert set(imports) <= {"pyorch.ops"}, script


def test_alembic_is_imported_where_it_belongs_alone():
    for script in (ROOT / "pyorch").rglob("*.py"):
        if re.search(r"^(from|import) alembic", script.read_text(), re.MULTILINE):
            assert script.name in ("migrate.py", "ops.py")


def test_installing_does_not_need_the_working_directory(empty_dsn, tmp_path):
    code = f"from pyorch import migrate; print(migrate.upgrade({empty_dsn!r}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert "0001_initial" in done.stdout, done.stderr
