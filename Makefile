# `make` prints the targets. Every target makes the virtual environment it needs by itself.

VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
READY := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help demo test check lint bench docs lock clean

help: ## print the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1|/' | column -t -s'|'

demo: $(READY) ## create a company's year in .demo/ and show what the ledger answers about it
	@$(BIN)/python -m commands.demo .demo

test: $(READY) ## run all tests, on a database of their own
	@$(BIN)/python -m pytest -n auto --dist worksteal

check: lint test ## what CI runs: format, lint, types, generated documents, tests

lint: $(READY)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: $(READY) ## measure against raw PostgreSQL and the stock recorder; writes benchmarks/README.md
	@$(BIN)/python -m benchmarks

docs: $(READY) ## write the generated documents anew: docs/cli.md, events.md, exit-codes.md, metrics.md
	@$(BIN)/python -m commands.cli.admin.reference docs

lock: ## resolve requirements.lock anew from pyproject.toml
	@$(PYTHON) -m venv $(VENV)-lock
	@$(VENV)-lock/bin/pip install --quiet pip-tools
	@$(VENV)-lock/bin/pip-compile --quiet --upgrade --generate-hashes --extra dev --strip-extras \
	  --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	  --output-file requirements.lock pyproject.toml

clean: ## remove what the other targets made, the demo's ledger included
	@if [ -x $(BIN)/iledger ] && [ -d .demo ]; then $(BIN)/iledger --folder .demo/ledger server stop; fi
	@rm -rf $(VENV) $(VENV)-lock .demo .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@
