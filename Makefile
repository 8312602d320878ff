# The two commands are `make demo` and `make test`; both make their own .venv and install what they need.
# What cannot be had (no root, no apt) is left out and named.

PY := .venv/bin/python

.PHONY: help demo test lint freeze catalog reference bench-queue bench-calls bench-orchestrate torture-queue torture-calls clean

help:
	@echo "make demo               the whole scene on an embedded PostgreSQL, about a minute"
	@echo "make test               lint, and all tests on PostgreSQL 18 and on an installed older one"
	@echo "make lint               ruff and mypy alone"
	@echo "make freeze             copy sql/ into the newest revision, and write sql/catalog.json"
	@echo "make catalog            write sql/catalog.json, what pyorch verify expects to find"
	@echo "make reference          write docs/cli.md from the commands' own help"
	@echo "make bench-queue        queues side by side, 100 minutes; BENCH=--targets, or --help (docs/benchmarks.md)"
	@echo "make bench-orchestrate  how long one orchestrate() takes (bench-calls: the agent against pg_net)"
	@echo "make torture-queue      a million items, 32 sessions, 1 % of the workers killed; nothing may be lost or done twice;"
	@echo "                        bugs put in are found (25 min, 2 GB; TORTURE_ITEMS and TORTURE_SESSIONS make it smaller)"
	@echo "make torture-calls      kill what carries calls, 20 times each, under 50 calls/s; no call may be lost (15 min)"
	@echo "                        a part of it: make torture-calls ROUNDS=3 PYTEST='--pg 18 -k killed_agents'"

demo:
	@.ci/venv demo
	@$(PY) -m pyorch demo

test:
	@.ci/venv test
	@.ci/debian
	@.ci/test $(PYTEST)

lint:
	@.ci/venv test
	@.ci/lint

freeze:
	@.ci/venv test
	@$(PY) -m tests.freeze
	@$(PY) -m tests.golden

catalog:
	@.ci/venv test
	@$(PY) -m tests.golden

reference:
	@.ci/venv test
	@$(PY) -m tests.cli_reference

# BENCH="--targets" and the like; see python -m bench.queue --help
bench-queue bench-calls:
	@.ci/venv test
	@$(PY) -m bench.$(@:bench-%=%) $(BENCH)

# one run on an input with work to do; the same on ten million rows, beside the naive one; a million orphans
bench-orchestrate:
	@.ci/venv test
	@failed=0; for part in orchestrate orchestrate_large orphans; do \
	  $(PY) -m bench.$$part || failed=1; done; exit $$failed

torture-queue:
	@.ci/venv test
	@$(PY) -m pytest -m torture -v -s --ignore tests/transports

torture-calls:
	@.ci/venv test
	@.ci/debian
	@$(PY) -m pytest -m torture -v -s tests/transports --pg "$$($(PY) -m tests.servers 15 16 17 18)" $(PYTEST)

clean:
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis dist build
