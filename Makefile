# `make` prints the targets. Every target makes the virtual environment it needs by itself.

VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
READY := $(VENV)/.installed
PEERS := $(VENV)/.peers

# The groups of tests beside the everyday one. Each fails where what it needs is missing.
GROUPS := data browser servers exhaustive dist
CHECKED := $(filter-out exhaustive,$(GROUPS))
RUN := $(BIN)/python -m pytest -n auto --dist worksteal

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test $(GROUPS:%=test-%) test-clocks test-pythons mutants fuzz check lint bench docs man dist lock clean

help: ## print the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s'|'

demo: $(READY) ## create a company's year in .demo/ and show what the ledger answers about it
	@$(BIN)/python -m commands.demo .demo

test: $(READY) ## run the everyday tests, on a database of their own; they need nothing but this clone
	@$(RUN)

test-data: ## run the tests on real data: ../shared/data, or ILEDGER_TEST_DATA
test-browser: ## run the tests of the page of `iledger report page --html`: Chromium
test-servers: ## run the tests of the store on the machine's own servers: PostgreSQL 15, others if there
test-exhaustive: ## run the tests that sample, with many more examples: time
test-dist: $(PEERS) ## build, install and use wheel and source distribution, run the benchmarks: the package index

$(GROUPS:%=test-%): $(READY)
	@$(RUN) --group $(@:test-%=%)

test-clocks: $(READY) ## run what can depend on the clock at other hours and in other zones: libfaketime
	@$(BIN)/python -m tests.surroundings.clocks -n auto --dist worksteal

test-pythons: $(READY) ## run the everyday tests on each other Python of the machine: one at least
	@$(BIN)/python -m tests.surroundings.pythons

mutants: $(READY) ## change the sources on purpose, to see which tests notice: hours; ONLY="sales --every 5"
	@$(BIN)/python -m tests.mutants $(ONLY)

fuzz: $(READY) ## send a million lines that are nearly events and ask every command: an hour
	@$(BIN)/python -m tests.commands.cli.events.fuzz 1000000

check: lint $(CHECKED:%=test-%) test ## what CI runs: lint and the groups of tests but clocks, pythons, exhaustive

lint: $(READY) ## check format, style and types, and that each mutation still applies
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m tests.mutants --check

bench: $(PEERS) ## measure beside raw PostgreSQL and peers, into benchmarks/README.md; ONLY="--only door --rounds 6"
	@$(BIN)/python -m benchmarks $(if $(wildcard $(VENV)/message-db),--message-db $(VENV)/message-db/package) $(ONLY)

docs: $(READY) ## write the generated documents anew: docs/cli.md, events.md, exit-codes.md, metrics.md
	@$(BIN)/python -m commands.cli.admin.reference docs

man: $(READY) ## write the manual page build/man/iledger.1
	@$(BIN)/python -m commands.cli.admin.manual build/man

dist: $(READY) ## build the wheel and the source distribution in dist/
	@rm -rf build dist
	@$(BIN)/python -m build

lock: ## resolve requirements.lock anew from pyproject.toml
	@$(PYTHON) -m venv $(VENV)-lock
	@$(VENV)-lock/bin/pip install --quiet pip-tools
	@$(VENV)-lock/bin/pip-compile --quiet --upgrade --generate-hashes --extra dev --strip-extras \
	  --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	  --output-file requirements.lock pyproject.toml

clean: ## remove what the other targets made, the demo's ledger included
	@if [ -x $(BIN)/iledger ] && [ -d .demo ]; then $(BIN)/iledger --folder .demo/ledger server stop; fi
	@rm -rf $(VENV) $(VENV)-lock $(VENV)-3.* build dist .demo .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

# Not in requirements.lock, since what is measured against runs on fewer machines than the product.
$(PEERS): $(READY)
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[bench]"
	@if command -v npm >/dev/null; then mkdir -p $(VENV)/message-db && cd $(VENV)/message-db && \
	  npm pack --silent @eventide/message-db@1.3.1 >/dev/null && tar xzf *.tgz; fi
	@touch $@
