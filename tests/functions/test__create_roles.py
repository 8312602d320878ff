"""pyorch._create_roles: the four roles where we may, silence where we may not."""

ROLES = ["pyorch_admin", "pyorch_operator", "pyorch_viewer", "pyorch_worker"]


def roles(db):
    return [name for (name,) in db.execute("select rolname from pg_roles where rolname like 'pyorch%' order by 1")]


def test_the_roles_are_there_after_an_install(db):
    assert roles(db) == ROLES


def test_twice_is_harmless(db):
    db.execute("call pyorch._create_roles()")
    assert roles(db) == ROLES


def test_a_role_of_the_users_is_never_created(db):
    db.execute("update pyorch.role_map set role_name = 'not_there' where part = 'worker'")
    db.execute("call pyorch._create_roles()")
    assert roles(db) == ROLES


def test_who_may_not_create_roles_goes_on_without_them(db):
    db.execute("begin")
    db.execute("alter role pyorch_viewer rename to away")
    db.execute("create role plain_owner")
    db.execute("grant usage on schema pyorch to plain_owner")
    db.execute("grant select on pyorch.role_map to plain_owner")
    db.execute("grant execute on procedure pyorch._create_roles() to plain_owner")
    db.execute("set local role plain_owner")
    db.execute("call pyorch._create_roles()")
    assert "pyorch_viewer" not in roles(db)
    db.execute("rollback")
