"""``pyorch queue …``"""

from __future__ import annotations

from typing import Any

import click

from pyorch import attach as attaching
from pyorch.cli.base import App, Commands, database, put, settings

COLUMNS = ("queue", "relation", "pending", "processing", "dead", "oldest_pending_seconds", "estimated", "paused")


@click.group(cls=Commands)
def queue() -> None:
    """Queues: your own tables, attached, or native ones.

    Example: pyorch queue attach import_queue public.import_queue
    """


@queue.command("list")
@database
def list_(app: App) -> None:
    """List the queues and how deep they are.

    Example: pyorch queue list
    """
    app.table(
        app.rows("select * from pyorch.queue_status order by queue"), COLUMNS, "No queue yet: pyorch queue attach -h"
    )


@queue.command()
@click.argument("name")
@database
def show(app: App, name: str) -> None:
    """Show one queue: its depth, its mapping and options, what is wrong with it.

    Example: pyorch queue show import_queue
    """
    unknown = f'unknown queue "{name}"; pyorch queue list shows those that exist'
    status = app.row("select * from pyorch.queue_status where queue = %s", unknown, name)
    app.record({**status, "health": app.complaints(name)})


@queue.command()
@click.argument("name")
@settings
@database
def create(app: App, name: str, options: dict[str, Any]) -> None:
    """Create a native queue: a table of pyorch's own, shaped for speed.

    Example: pyorch queue create emails --option max_attempts=10
    """
    app.value("select pyorch.create_queue(%s, %s)", name, options)
    app.done(f"Queue {name} created.", queue=name)


@queue.command()
@click.argument("name")
@click.argument("relation", required=False)
@click.option(
    "--column", "columns", metavar="ROLE=COLUMN", multiple=True, help="Which column plays a role. Repeatable."
)
@click.option(
    "--status", "statuses", metavar="STATE=VALUE", multiple=True, help="Which value means a state. Repeatable."
)
@click.option("--where", metavar="SQL", help="Which rows belong to the queue: one expression over its columns.")
@click.option("--order-by", metavar="SQL", help="Which items come first: one expression over its columns.")
@click.option("--create-indexes", is_flag=True, help="Create the advised indexes, concurrently.")
@settings
@database
def attach(
    app: App,
    name: str,
    relation: str | None,
    columns: tuple[str, ...],
    statuses: tuple[str, ...],
    where: str | None,
    order_by: str | None,
    create_indexes: bool,
    options: dict[str, Any],
) -> None:
    """Attach a table of yours (RELATION, default: NAME) as a queue. Nothing is added to the table.

    The usual column names are found by themselves; the mapping, what degrades and the advised indexes are shown.

    Example: pyorch queue attach imports public.import_queue --column payload=data --status complete=done
    """
    for pair in columns:
        put(options, pair, inside="columns")
    for pair in statuses:
        put(options, pair, inside="statuses")
    options.update({key: text for key, text in (("where", where), ("order_by", order_by)) if text is not None})
    report = attaching.attach(
        app.connection, name, relation or name, options, create_indexes=create_indexes, say=app.say
    )
    app.done(f"Queue {name} attached.", **report) if app.json else attaching.show(report)


@queue.command()
@click.argument("name")
@settings
@database
def alter(app: App, name: str, options: dict[str, Any]) -> None:
    """Change options of a queue; only those named change, KEY=null resets one.

    Example: pyorch queue alter imports --option lease='10 minutes'
    """
    app.value("select pyorch.alter_queue(%s, %s)", name, options)
    app.done(f"Queue {name} changed.", queue=name)


@queue.command()
@click.argument("name")
@database
def pause(app: App, name: str) -> None:
    """Pause a queue: no claims, no calls to its processors.

    Example: pyorch queue pause imports
    """
    app.value("select pyorch.pause_queue(%s)", name)
    app.done(f"Queue {name} paused.", queue=name)


@queue.command()
@click.argument("name")
@database
def resume(app: App, name: str) -> None:
    """End the pause of a queue.

    Example: pyorch queue resume imports
    """
    app.value("select pyorch.resume_queue(%s)", name)
    app.done(f"Queue {name} resumed.", queue=name)


@queue.command()
@click.argument("name")
@database
def detach(app: App, name: str) -> None:
    """Forget an attached queue. Its table stays as it is.

    Example: pyorch queue detach imports
    """
    app.value("select pyorch.detach_queue(%s)", name)
    app.done(f"Queue {name} detached.", queue=name)


@queue.command()
@click.argument("name")
@click.option("--force", is_flag=True, help="Even while items are unfinished: they are lost.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@database
def drop(app: App, name: str, force: bool, yes: bool) -> None:
    """Drop a native queue and its items; refused while items are unfinished, unless forced.

    Example: pyorch queue drop emails --yes
    """
    if not yes:
        click.confirm(f"Drop queue {name} and all its items?", abort=True, err=True)
    app.value("select pyorch.drop_queue(%s, %s)", name, force)
    app.done(f"Queue {name} dropped.", queue=name)


@queue.command()
@click.argument("name")
@click.argument("items", nargs=-1)
@database
def redrive(app: App, name: str, items: tuple[str, ...]) -> None:
    """Send dead items back to pending: those named, else all.

    Example: pyorch queue redrive imports 17 18
    """
    count = app.value("select pyorch.redrive(%s, %s::text[])", name, list(items) or None)
    app.done(f"{count} items sent back to pending.", queue=name, redriven=count)


@queue.command()
@click.argument("name", required=False)
@database
def unlock(app: App, name: str | None) -> None:
    """Return orphans (items whose lease ran out) to pending now, of one queue or of all.

    Example: pyorch queue unlock imports
    """
    app.table(app.rows("select * from pyorch.unlock(%s)", name), empty="No orphans.")


@queue.command()
@click.argument("name")
@click.argument("item")
@database
def explain(app: App, name: str, item: str) -> None:
    """Tell the story of one item: where it stands, why, and what happens next.

    Example: pyorch queue explain imports 17
    """
    app.record(app.value("select pyorch.explain_item(%s, %s)", name, item))


COMMANDS = (queue,)
