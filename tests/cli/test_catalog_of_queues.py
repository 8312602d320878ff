"""What is made for a queue is no drift."""

from pyorch import catalog


def test_with_a_queue_of_each_kind_the_sources_still_equal_what_is_installed(db):
    db.execute("select pyorch.create_queue('imports')")
    db.execute("create table public.exports (id bigint generated always as identity primary key, status text)")
    db.execute("select pyorch.attach_queue('exports', 'public.exports')")
    found = catalog.diff(catalog.golden(), catalog.read(db), catalog.roles(db))
    assert [str(difference) for difference in found] == []
