"""SQL that a user hands over, checked before it reaches a function body: parsed by sqlglot, judged with the catalog.

A queue's condition or order: one expression over the table's columns. A custom metric: one read-only SELECT.
Neither may call a volatile function: the answer to "is it volatile" comes from pg_proc, not from a list of ours.
"""

from __future__ import annotations

import logging
from typing import Any

import psycopg
import sqlglot
from psycopg import sql
from sqlglot import TokenType, exp
from sqlglot.errors import SqlglotError

from pyorch.errors import PyorchError

Connection = psycopg.Connection[Any]

# smallint, integer, bigint, real, double precision, numeric
NUMBERS = {21, 23, 20, 700, 701, 1700}
STRINGS = {
    TokenType.STRING,
    TokenType.HEREDOC_STRING,
    TokenType.NATIONAL_STRING,
    TokenType.RAW_STRING,
    TokenType.BYTE_STRING,
    TokenType.IDENTIFIER,
}
# what it cannot parse is refused below, in our words
logging.getLogger("sqlglot").setLevel(logging.ERROR)

# read-only nodes of a SELECT that write, lock or leave the statement
WRITES = (
    exp.Insert,
    exp.Update,
    exp.Delete,
    exp.Merge,
    exp.Create,
    exp.Drop,
    exp.Alter,
    exp.Command,
    exp.Into,
    exp.Lock,
    exp.Copy,
    exp.Set,
    exp.TruncateTable,
)


def check_expression(connection: Connection, text: str, relation: str, what: str) -> str:
    """Check an attached queue's ``where`` (a condition) or ``order_by`` (a list of expressions).

    Args:
        connection: where the relation is.
        text: what the user wrote, without WHERE or ORDER BY.
        relation: the table, as ``regclass`` reads it.
        what: ``where`` or ``order_by``, for the messages.

    Returns:
        The text, stripped; unchanged otherwise.

    Raises:
        PyorchError: PY001 it is no such expression, names something else than a column, or calls a volatile function.
    """
    text = text.strip()
    ordered = what == "order_by"
    _refuse_comments(text, what)
    # no brackets around it: "true) or (true" must not pass for one expression
    select = _one_statement(f"select 1 from t {what.replace('_', ' ')} {text}", what, text)
    allowed = {"order" if ordered else "where", "expressions", "from", "from_", "kind", "operation_modifiers"}
    extra = [name for name, value in select.args.items() if value and name not in allowed]
    if not isinstance(select, exp.Select) or extra or len(select.expressions) != 1:
        raise _refused(
            what, "is more than one expression", "Write what stands after " + what.replace("_", " ") + ", alone."
        )
    if any(node is not select for node in select.find_all(exp.Query)):
        raise _refused(what, "holds a subquery", "Only the columns of the table's own row can be used.")
    for node, name in (
        (exp.Parameter, "a parameter"),
        (exp.Placeholder, "a placeholder"),
        (exp.Window, "a window function"),
        (exp.AggFunc, "an aggregate"),
    ):
        if select.find(node):
            raise _refused(what, f"holds {name}", "Only columns, constants, operators and plain functions can be used.")
    _refuse_other_columns(connection, select, relation, what)
    _refuse_volatile(connection, text, what)
    _let_postgres_parse(connection, text, relation, what)
    return text


def check_select(connection: Connection, text: str, what: str = "metric") -> str:
    """Check a custom metric: one SELECT that reads, and calls no volatile function.

    Returns:
        The statement without its final semicolon.

    Raises:
        PyorchError: PY001 it is anything else, or PostgreSQL cannot plan it.
    """
    text = text.strip().rstrip(";").strip()
    statement = _one_statement(text, what, text)
    if not isinstance(statement, exp.Query):
        raise _refused(what, "is not a SELECT", "For example: select count(*) from orders where paid_at is null")
    for node in statement.walk():
        if isinstance(node, WRITES) or (
            isinstance(node, exp.Select) and (node.args.get("into") or node.args.get("locks"))
        ):
            raise _refused(what, "writes or locks", "A metric only reads.")
    _refuse_volatile(connection, text, what)
    try:
        with connection.transaction(force_rollback=True):
            connection.execute("set transaction read only")
            connection.execute(b"explain " + text.encode())
            columns = connection.execute(f"select * from (\n{text}\n) r limit 0".encode()).description or []
    except psycopg.Error as error:
        raise _refused(what, f"cannot be planned: {error.diag.message_primary}", "Try it in psql first.") from error
    numbers = sum(column.type_code in NUMBERS for column in columns)
    if numbers != 1 or len(columns) > 2:
        raise _refused(what, "gives no number", "It gives one number, or rows of a text and a number.")
    return text


def _one_statement(query: str, what: str, text: str) -> exp.Expr:
    """Parse exactly one statement."""
    if not text:
        raise _refused(what, "is empty", "Leave it away instead.")
    try:
        parsed = [statement for statement in sqlglot.parse(query, read="postgres") if statement is not None]
    except SqlglotError as error:
        detail = str(error).splitlines()[0]
        raise _refused(what, f"cannot be read: {detail}", "Try it in psql first.") from error
    if len(parsed) != 1 or ";" in _outside_strings(query):
        raise _refused(what, "is more than one statement", "Give one, without a semicolon.")
    return parsed[0]


def _outside_strings(query: str) -> str:
    """The text of all tokens that are no strings."""
    return " ".join(t.text for t in sqlglot.tokenize(query, read="postgres") if t.token_type not in STRINGS)


def _refuse_comments(text: str, what: str) -> None:
    """A comment could swallow what a generated function puts behind the expression."""
    try:
        comments = [comment for token in sqlglot.tokenize(text, read="postgres") for comment in token.comments]
    except SqlglotError as error:
        raise _refused(what, f"cannot be read: {str(error).splitlines()[0]}", "Try it in psql first.") from error
    if comments or text.startswith(("--", "/*")):
        raise _refused(what, "holds a comment", "Leave it away.")


def _refuse_other_columns(connection: Connection, select: exp.Expr, relation: str, what: str) -> None:
    """Every name must be a column of the relation, unqualified."""
    rows = connection.execute(
        "select attname::text from pg_catalog.pg_attribute"
        " where attrelid = %s::regclass and attnum > 0 and not attisdropped",
        [relation],
    ).fetchall()
    known = {name for (name,) in rows}
    for column in select.find_all(exp.Column):
        identifier = column.this
        name = identifier.name if identifier.args.get("quoted") else identifier.name.lower()
        if column.table:
            raise _refused(what, f'qualifies a column: "{column.sql()}"', f'Write "{name}" alone.')
        if name not in known:
            raise _refused(
                what, f'names "{name}", which is no column of {relation}', f"Columns: {', '.join(sorted(known))}."
            )


def _refuse_volatile(connection: Connection, text: str, what: str) -> None:
    """Ask pg_proc for every name before a bracket; one that does not exist is refused by PostgreSQL itself.

    By tokens, not by the parsed tree: sqlglot gives some functions other names.
    """
    tokens = sqlglot.tokenize(text, read="postgres")
    for before, name, bracket in zip([None, *tokens], tokens, tokens[1:], strict=False):
        if bracket.token_type != TokenType.L_PAREN or name.token_type in STRINGS - {TokenType.IDENTIFIER}:
            continue
        qualified = before is not None and before.token_type == TokenType.DOT
        quoted = name.token_type == TokenType.IDENTIFIER
        row = connection.execute(
            "select p.oid::regproc::text from pg_catalog.pg_proc p where p.proname = %s and p.provolatile = 'v'"
            " and (%s or p.pronamespace::regnamespace::text = any (current_schemas(true))) limit 1",
            [name.text if quoted else name.text.lower(), qualified],
        ).fetchone()
        if row:
            raise _refused(
                what, f"calls {row[0]}(), which is volatile", "Its answer must only depend on what it reads."
            )


def _let_postgres_parse(connection: Connection, text: str, relation: str, what: str) -> None:
    """The last word has PostgreSQL: types, operators, functions."""
    (name,) = connection.execute("select %s::regclass::text", [relation]).fetchone() or ("",)
    clause = "order by {}" if what == "order_by" else "where ({})"
    query = sql.SQL("explain select 1 from {} " + clause).format(sql.SQL(name), sql.SQL(text))
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(query)
    except psycopg.Error as error:
        raise _refused(
            what, f"is refused by PostgreSQL: {error.diag.message_primary}", "Try it in psql first."
        ) from error


def _refused(what: str, why: str, hint: str) -> PyorchError:
    return PyorchError(f"{what} {why}", hint=hint, sqlstate="PY001")
