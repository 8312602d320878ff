"""pyorch.version()"""

import pyorch


def test_sql_and_python_are_of_one_version(db):
    assert db.execute("select pyorch.version()").fetchone() == (pyorch.__version__,)
