"""pyorch.secret_names: names of secrets, where each is kept, who names it; never a value."""


def names(world):
    return {r["secret"]: (r["kept_in"], r["endpoints"]) for r in world.rows("select * from pyorch.secret_names()")}


def test_it_lists_what_is_kept_and_what_is_missing(world):
    world.one("select pyorch.set_secret('used', 'value-one')")
    world.one("select pyorch.set_secret('unused', 'value-two')")
    world.one("select pyorch.set_variable('variable', 'x')")
    world.scraper("a", headers={"x": "{{used}} {{variable}} {{call_id}}"})
    world.scraper("b", headers={"x": "{{used}}", "y": "{{wanted}}"})
    assert names(world) == {"used": ("pyorch.secret", 2), "unused": ("pyorch.secret", 0), "wanted": ("missing", 1)}
    assert "value-" not in str(world.rows("select * from pyorch.secret_names()"))


def test_signing_keys_count_too(world):
    world.queue()
    world.processor(mode="push", signing_secrets=["push_key"])
    assert names(world) == {"push_key": ("missing", 1)}
