"""The TypeScript in examples/ and docs/: it parses, it passes the type check, and the receiver does what it says."""

from __future__ import annotations

import base64
import http.client
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import tree_sitter
import tree_sitter_typescript

from tests.conftest import ROOT
from tests.examples.test_receiver_py import BODY, SECRET, signed

EDGE = Path(__file__).parent / "edge"
SOURCES = sorted([*(ROOT / "examples").rglob("*.ts"), *(ROOT / "docs").rglob("*.ts")])
PACKAGES = ("typescript@5", "@types/node@20", "@supabase/supabase-js@2")

Serve = Callable[..., tuple[str, int]]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.parent.name + "/" + path.name)
def test_it_parses(path: Path) -> None:
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_typescript.language_typescript()))
    tree = parser.parse(path.read_bytes())
    assert not tree.root_node.has_error


@pytest.fixture(scope="session")
def node_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with TypeScript and supabase-js, installed by npm; skips where that cannot be had."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not here")
    home = tmp_path_factory.mktemp("node")
    command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--prefix", str(home), *PACKAGES]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        pytest.skip("npm install takes longer than two minutes")
    if done.returncode != 0:
        pytest.skip(f"npm install failed: {done.stderr.strip()[-200:]}")
    return home


@pytest.fixture
def serve(node_home: Path) -> Iterator[Serve]:
    """Run an edge function on node; returns host and port."""
    running: list[subprocess.Popen[str]] = []

    def start(source: Path, environment: dict[str, str]) -> tuple[str, int]:
        process = subprocess.Popen(
            ["node", str(EDGE / "run.mjs"), str(source)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PATH": os.environ["PATH"], "EDGE_HOME": str(node_home), **environment},
        )
        running.append(process)
        assert process.stdout is not None
        address = urlsplit(process.stdout.readline().strip())
        assert address.hostname is not None and address.port is not None
        return address.hostname, address.port

    yield start
    for process in running:
        process.communicate(timeout=90)


def test_it_passes_the_type_check(node_home: Path) -> None:
    options = {
        "strict": True,
        "noEmit": True,
        "noUnusedLocals": True,
        "target": "es2022",
        "lib": ["es2022", "dom", "dom.iterable"],
        "module": "esnext",
        "moduleResolution": "bundler",
        "skipLibCheck": True,
        "typeRoots": [str(node_home / "node_modules/@types")],
        "types": ["node"],
        "paths": {"npm:@supabase/supabase-js@2": [str(node_home / "node_modules/@supabase/supabase-js")]},
    }
    files = [str(path) for path in (*SOURCES, EDGE / "deno.d.ts")]
    config = node_home / "tsconfig.json"
    config.write_text(json.dumps({"compilerOptions": options, "files": files}))
    done = subprocess.run(
        [node_home / "node_modules/.bin/tsc", "-p", config], capture_output=True, text=True, timeout=600
    )
    assert done.stdout == ""
    assert done.returncode == 0


def post(address: tuple[str, int], headers: dict[str, str], body: bytes = BODY) -> tuple[int, object]:
    connection = http.client.HTTPConnection(*address, timeout=90)
    connection.request("POST", "/", body, headers)
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    return answer.status, told


def test_the_receiver_takes_a_signed_delivery_and_refuses_all_others(serve: Serve) -> None:
    address = serve(ROOT / "docs/receivers/receiver.ts", {"PUSH_SECRET": SECRET})
    assert post(address, signed(BODY)) == (200, {"failed": []})
    assert post(address, signed(BODY), BODY + b" ")[0] == 401
    assert post(address, signed(BODY, at=1_600_000_000))[0] == 401
    assert post(address, {**signed(BODY), "webhook-signature": "v1,AAAA v1, v2"})[0] == 401
    other = "whsec_" + base64.b64encode(b"another secret of some length...").decode()
    assert post(address, signed(BODY, secret=other))[0] == 401
    unkeyed = {name: value for name, value in signed(BODY).items() if name != "Idempotency-Key"}
    assert post(address, unkeyed)[0] == 400
