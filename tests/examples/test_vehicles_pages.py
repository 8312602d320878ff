"""The listing pages of the demo and the parser that its workers use (examples/vehicles/pages.py)."""

import asyncio
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "vehicles"


def load(name: str) -> ModuleType:
    """Import a module of the example as its processes do, without putting it on the path of all tests."""
    spec = importlib.util.spec_from_file_location(f"vehicles_{name}", EXAMPLE / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)

    # a dataclass looks its module up there
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


pages = load("pages")


def test_the_pages_show_real_cars() -> None:
    assert len(pages.cars()) == 406
    assert pages.listing(1).title == "1970 Chevrolet Chevelle Malibu"


def test_each_car_stands_behind_several_listings_at_different_prices() -> None:
    first, again = pages.listing(1), pages.listing(407)
    assert first.title == again.title
    assert first.price_usd != again.price_usd


def test_every_page_of_the_demo_parses_to_what_it_shows() -> None:
    for number in range(1, 1201):
        assert pages.parse(pages.page(number)) == pages.listing(number)


def test_a_value_that_the_data_lacks_becomes_null() -> None:
    lacking = next(number for number in range(1, 407) if pages.listing(number).horsepower is None)
    assert "not stated" in pages.page(lacking)
    assert pages.parse(pages.page(lacking)).horsepower is None


def test_markup_in_a_name_stays_text(monkeypatch: pytest.MonkeyPatch) -> None:
    car = {**pages.cars()[0], "Name": "ford <b>&'cuda"}
    monkeypatch.setattr(pages, "cars", lambda: [car])
    assert "<b>" not in pages.page(1)
    assert pages.parse(pages.page(1)).model == "<b>&'cuda"


@pytest.mark.parametrize(
    ("html", "says"),
    [
        ("", "no heading"),
        ("<html><h1>404 Not Found</h1></html>", "Make"),
        (pages.page(1).replace("<dt>Year</dt>", "<dt>Age</dt>"), "Year"),
        (pages.page(1).replace("<dd>1970</dd>", "<dd>old</dd>"), "not a number: 'old'"),
    ],
)
def test_a_page_that_is_no_listing_is_refused_with_the_field_that_is_missing(html: str, says: str) -> None:
    with pytest.raises(pages.PageError, match=says):
        pages.parse(html)


def test_the_service_does_not_start_without_the_cars(monkeypatch: pytest.MonkeyPatch) -> None:
    # else every listing fails, and all items end dead
    lonely = load("pages")
    monkeypatch.setattr(lonely, "find_spec", lambda name: None)
    monkeypatch.setitem(sys.modules, "pages", lonely)
    monkeypatch.setenv("DEMO_DSN", "")
    monkeypatch.setenv("DEMO_SERVICE_KEY", "key")
    with pytest.raises(FileNotFoundError, match="pip install"):
        asyncio.run(asyncio.wait_for(load("service").serve(0), 1))
