"""Enough of PostgREST for tests: POST /rest/v1/rpc/NAME as one role, over the schemas that are exposed."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

ROUTINE = """
    select p.proretset, p.proargnames,
           array(select format_type(t, null) from unnest(p.proargtypes) with ordinality a (t, n) order by n)
      from pg_proc p
     where p.pronamespace = %s::regnamespace
       and p.proname = %s
"""


class PostgREST:
    """A server at `.url` whose calls run as `role`, each in a transaction of its own."""

    def __init__(self, dsn: str, role: str, schemas: list[str]) -> None:
        self.dsn, self.role, self.schemas = dsn, role, schemas
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                schema = self.headers.get("Content-Profile", outer.schemas[0])
                status, answer = outer.call(schema, self.path.rpartition("/")[2], json.loads(body or "{}"))
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing for each request."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> PostgREST:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def call(self, schema: str, name: str, given: dict[str, Any]) -> tuple[int, Any]:
        """Call one function by named parameters; return status and answer as PostgREST does."""
        if schema not in self.schemas:
            return 406, {"code": "PGRST106", "message": f"schema {schema} is not exposed"}
        with psycopg.connect(self.dsn) as db:
            found = db.execute(ROUTINE, [schema, name]).fetchone()
            if found is None:
                return 404, {"code": "PGRST202", "message": f"no function {schema}.{name}"}
            returns_set, names, types = found
            kinds = dict(zip(names or [], types, strict=False))
            unknown = [parameter for parameter in given if parameter not in kinds]
            if unknown:
                return 404, {"code": "PGRST202", "message": f"{schema}.{name} has no parameter {unknown[0]}"}
            arguments = sql.SQL(", ").join(
                sql.SQL("{} => %s::{}").format(sql.Identifier(parameter), sql.SQL(kinds[parameter]))
                for parameter in given
            )
            answer = "coalesce(jsonb_agg(x), '[]')" if returns_set else "to_jsonb(x)"
            query = sql.SQL("select {} from {}.{}({}) x").format(
                sql.SQL(answer), sql.Identifier(schema), sql.Identifier(name), arguments
            )
            values = [Jsonb(value) if kinds[parameter] == "jsonb" else value for parameter, value in given.items()]
            try:
                db.execute(sql.SQL("set local role {}").format(sql.Identifier(self.role)))
                row = db.execute(query, values).fetchone()
                db.commit()
            except psycopg.Error as error:
                return 400, {
                    "code": error.sqlstate,
                    "message": error.diag.message_primary,
                    "hint": error.diag.message_hint,
                    "details": error.diag.message_detail,
                }
        return 200, None if row is None else row[0]
