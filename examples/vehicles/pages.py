"""The listing pages: real cars on HTML pages, and the parser that the workers use.

The cars are the 406 of the data set `cars` that the package vega_datasets ships; each stands behind several listings.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from html import escape
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# shown on a page where the data set knows no value
UNKNOWN = "not stated"


class PageError(ValueError):
    """A page that is no listing, or lacks a field that every vehicle needs."""


@dataclass(frozen=True)
class Listing:
    """What one page says about one car. Units: pounds, US dollars, miles per US gallon."""

    title: str
    make: str
    model: str
    year: int
    origin: str
    cylinders: int
    horsepower: int | None
    weight_lbs: int
    miles_per_gallon: float | None
    price_usd: int


@cache
def cars() -> list[dict[str, Any]]:
    """Return the 406 cars, as the data set has them.

    Raises:
        FileNotFoundError: vega_datasets is not installed; the message says how to get it.
    """
    # found, not imported: importing it would load pandas for one JSON file
    spec = find_spec("vega_datasets")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the demo's cars are missing: pip install 'vega_datasets>=0.9'")
    data: list[dict[str, Any]] = json.loads((Path(spec.origin).parent / "_data" / "cars.json").read_text())
    return data


def listing(number: int) -> Listing:
    """Return listing `number` (1 or more): car number modulo 406, at a price of its own."""
    car = cars()[(number - 1) % len(cars())]
    make, _, model = car["Name"].partition(" ")
    year = int(car["Year"][:4])
    return Listing(
        title=f"{year} {car['Name'].title()}",
        make=make,
        model=model or make,
        year=year,
        origin=car["Origin"],
        cylinders=car["Cylinders"],
        horsepower=car["Horsepower"],
        weight_lbs=car["Weight_in_lbs"],
        miles_per_gallon=car["Miles_per_Gallon"],
        price_usd=2500 + number * 7919 % 30000,
    )


def page(number: int) -> str:
    """Return the HTML page of listing `number`."""
    shown = listing(number)
    specs = {
        "Make": shown.make,
        "Model": shown.model,
        "Year": shown.year,
        "Origin": shown.origin,
        "Cylinders": shown.cylinders,
        "Horsepower": shown.horsepower,
        "Weight (lbs)": f"{shown.weight_lbs:,}",
        "Miles per gallon": shown.miles_per_gallon,
        "Price": f"${shown.price_usd:,}",
    }
    rows = "\n".join(
        f"    <dt>{escape(name)}</dt><dd>{escape(UNKNOWN if value is None else str(value))}</dd>"
        for name, value in specs.items()
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{escape(shown.title)}</title></head>\n'
        f'<body>\n  <h1>{escape(shown.title)}</h1>\n  <dl class="specs">\n{rows}\n  </dl>\n</body>\n</html>\n'
    )


class _Specs(HTMLParser):
    """Collects the heading and the dt/dd pairs of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.specs: dict[str, str] = {}
        self._tag = ""
        self._name = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag

    def handle_endtag(self, tag: str) -> None:
        self._tag = ""

    def handle_data(self, data: str) -> None:
        if self._tag == "h1":
            self.title += data.strip()
        elif self._tag == "dt":
            self._name = data.strip()
        elif self._tag == "dd":
            self.specs[self._name] = data.strip()


def parse(html: str) -> Listing:
    """Read a listing page.

    Raises:
        PageError: it is not one, or a field is missing or no number; the message names the field.
    """
    reader = _Specs()
    reader.feed(html)
    reader.close()
    if not reader.title:
        raise PageError("the page has no heading")

    def text(name: str) -> str:
        value = reader.specs.get(name)
        if not value or value == UNKNOWN:
            raise PageError(f"the page does not say: {name}")
        return value

    def number(name: str) -> int:
        value = text(name)
        try:
            return int(value.replace(",", "").removeprefix("$"))
        except ValueError:
            raise PageError(f"{name} is not a number: {value!r}") from None

    def optional(name: str) -> float | None:
        return None if reader.specs.get(name, UNKNOWN) == UNKNOWN else float(text(name))

    horsepower = optional("Horsepower")
    return Listing(
        title=reader.title,
        make=text("Make"),
        model=text("Model"),
        year=number("Year"),
        origin=text("Origin"),
        cylinders=number("Cylinders"),
        horsepower=None if horsepower is None else int(horsepower),
        weight_lbs=number("Weight (lbs)"),
        miles_per_gallon=optional("Miles per gallon"),
        price_usd=number("Price"),
    )
