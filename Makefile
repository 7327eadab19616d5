# make run    install what is pinned, make the first dataset (runs/first.toml)
# make test   install, then every check and test
PYTHON ?= python3
RUN ?= runs/first.toml
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --no-compile --require-hashes
PACKAGE := $(PIP) install --quiet --no-compile --no-deps --no-build-isolation --no-index -e .
LOCK := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options

SERVERS := @modelcontextprotocol/server-everything@2026.8.31 \
	@modelcontextprotocol/server-filesystem@2026.8.31 \
	@modelcontextprotocol/server-memory@2026.8.31

.PHONY: run test check crash bench long lock hooks clean

run: .venv/base.stamp
	$(BIN)/dive run $(RUN)

test: .venv/dev.stamp .venv/npm.stamp check
	NODE_PATH=$(CURDIR)/.venv/npm/node_modules $(BIN)/python -m pytest

check: .venv/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/basedpyright --warnings
	$(BIN)/lint-imports

crash: .venv/dev.stamp
	$(BIN)/python -m tests.crash

bench: .venv/dev.stamp
	$(BIN)/python -m bench
	$(BIN)/python -m bench.models
	$(BIN)/python -m bench.lane

long: .venv/dev.stamp
	$(BIN)/python -m bench.long

lock: .venv/dev.stamp
	cd requirements && ../$(LOCK) -o base.txt base.in build.in && ../$(LOCK) -o dev.txt dev.in

hooks: .venv/dev.stamp
	git config core.hooksPath hooks

clean:
	rm -rf build dist out src/*.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "DIVE needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv

.venv/base.stamp: requirements/base.txt pyproject.toml | .venv/bin/python
	$(INSTALL) -r requirements/base.txt
	$(PACKAGE)
	touch $@

.venv/dev.stamp: requirements/dev.txt .venv/base.stamp
	$(INSTALL) -r requirements/dev.txt
	touch $@

# MCP servers that tests talk to; without npm those tests are skipped
.venv/npm.stamp: | .venv/bin/python
	npm install --silent --no-save --prefix .venv/npm $(SERVERS) || echo "no npm: tests of its MCP servers are skipped"
	touch $@
