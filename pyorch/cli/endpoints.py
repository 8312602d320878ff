"""``pyorch endpoint …`` and ``pyorch trigger``."""

from __future__ import annotations

from typing import Any

import click

from pyorch.cli.base import App, Commands, Failure, database, parse_object, settings

COLUMNS = (
    "endpoint",
    "kind",
    "queue",
    "paused",
    "busy",
    "last_outcome",
    "last_call_at",
    "failures_in_row",
    "breaker",
    "next_due_at",
)

UNKNOWN = 'unknown endpoint "{}"; pyorch endpoint list shows those that exist'


@click.group(cls=Commands)
def endpoint() -> None:
    """Endpoints: HTTP targets that fill queues (scraper) or drain one (processor).

    Example: pyorch endpoint list
    """


@endpoint.command("list")
@database
def list_(app: App) -> None:
    """List the endpoints: what they do, when they ran last, when they are due.

    Example: pyorch endpoint list
    """
    rows = app.rows("select * from pyorch.endpoint_status order by endpoint")
    app.table(rows, COLUMNS, "No endpoint yet: pyorch endpoint set -h")


@endpoint.command()
@click.argument("name")
@database
def show(app: App, name: str) -> None:
    """Show one endpoint: its state, its options, its last calls, what is wrong with it.

    Example: pyorch endpoint show sync-active-auctions
    """
    status = app.row("select * from pyorch.endpoint_status where endpoint = %s", UNKNOWN.format(name), name)
    # the owner's table: others see the state alone
    kept = (
        app.rows("select url, options from pyorch.endpoint where endpoint = %s", name) if app.owns("endpoint") else [{}]
    )
    app.record({**status, **kept[0], "health": app.complaints(name)})


@endpoint.command("set")
@click.argument("name")
@click.argument("kind", type=click.Choice(["scraper", "processor"]))
@click.argument("url")
@click.option("--queue", help="The queue that a processor drains.")
@click.option("--fills", multiple=True, metavar="QUEUE", help="A queue that a scraper fills. Repeatable.")
@click.option("--every", metavar="INTERVAL", help="Due this often, such as '10 minutes'.")
@click.option("--cron", metavar="EXPRESSION", help="Due at these times, such as '*/10 * * * *'.")
@click.option("--header", "headers", metavar="NAME=VALUE", multiple=True, help="A header; name secrets as {{secret}}.")
@settings
@database
def set_(
    app: App,
    name: str,
    kind: str,
    url: str,
    queue: str | None,
    fills: tuple[str, ...],
    every: str | None,
    cron: str | None,
    headers: tuple[str, ...],
    options: dict[str, Any],
) -> None:
    """Create or change an endpoint. URL, headers and body may name {{variables}} and {{secrets}}.

    Example: pyorch endpoint set drain processor '{{functions_url}}/drain' --queue imports --option timeout='5 seconds'
    """
    given = {"queue": queue, "queues": list(fills) or None, "every": every, "cron": cron}
    options.update({key: value for key, value in given.items() if value is not None})
    for pair in headers:
        header, equals, value = pair.partition("=")
        if not equals or not header:
            raise Failure(f'"{pair}" is not NAME=VALUE', "For example: --header 'apikey={{service_key}}'.", 2)
        options.setdefault("headers", {})[header] = value
    app.value("select pyorch.set_endpoint(%s, %s, %s, %s)", name, kind, url, options)
    app.done(f"Endpoint {name} set.", endpoint=name)


@endpoint.command()
@click.argument("name")
@database
def pause(app: App, name: str) -> None:
    """Pause an endpoint: it is not called until resumed.

    Example: pyorch endpoint pause sync-active-auctions
    """
    app.value("select pyorch.pause_endpoint(%s)", name)
    app.done(f"Endpoint {name} paused.", endpoint=name)


@endpoint.command()
@click.argument("name")
@database
def resume(app: App, name: str) -> None:
    """End the pause of an endpoint; closes its circuit breaker, too.

    Example: pyorch endpoint resume sync-active-auctions
    """
    app.value("select pyorch.resume_endpoint(%s)", name)
    app.done(f"Endpoint {name} resumed.", endpoint=name)


@endpoint.command()
@click.argument("name")
@database
def drop(app: App, name: str) -> None:
    """Forget an endpoint; the calls it had stay in the ledger.

    Example: pyorch endpoint drop sync-active-auctions
    """
    app.value("select pyorch.drop_endpoint(%s)", name)
    app.done(f"Endpoint {name} dropped.", endpoint=name)


@click.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All endpoints that are not paused.")
@click.option("--direct", is_flag=True, help="Call from here, over HTTP: when scheduler or transport are dead.")
@click.option("--body", metavar="JSON", help="Body of the call instead of the endpoint's own.")
@database
def trigger(app: App, names: tuple[str, ...], everything: bool, direct: bool, body: str | None) -> None:
    """Call endpoints now, whatever is due. The calls stand in the same ledger; with --direct their outcome is awaited.

    Example: pyorch trigger sync-active-auctions --direct
    """
    if everything == bool(names):
        said = "--all and a name exclude each other" if everything else "name endpoints, or give --all"
        raise Failure(said, "pyorch endpoint list shows them.", 2)
    if everything:
        names = tuple(
            row["endpoint"]
            for row in app.rows("select endpoint from pyorch.endpoint_status where not paused order by 1")
        )
    if direct and body is not None:
        raise Failure("--direct sends the endpoint's own body", "Leave --body away.", 2)
    if direct:
        _direct(app, names)
    else:
        asked = parse_object(body) if body else None
        calls = [{"endpoint": n, "call_id": app.value("select pyorch.trigger(%s, %s)", n, asked)} for n in names]
        app.table(calls, empty="No endpoint to call.")


def _direct(app: App, names: tuple[str, ...]) -> None:
    """Carry the calls from here; exit 1 when one of them did not end ok."""
    from pyorch import agent

    for name in names:
        app.row("select endpoint from pyorch.endpoint_status where endpoint = %s", UNKNOWN.format(name), name)
    outcomes = agent.direct(app.dsn, list(names))
    app.table(outcomes, empty="No endpoint to call.")
    if any(outcome.get("outcome") != "ok" for outcome in outcomes):
        raise click.exceptions.Exit(1)


COMMANDS = (endpoint, trigger)
