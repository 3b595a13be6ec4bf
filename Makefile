# Every target sets itself up: Python 3.11 or newer, pip and make are all that a machine needs.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt

.PHONY: run test check bench soak format schema lock clean help

help: ## show the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

run: $(VENV)/.run ## start the gateway; state goes to ./data
	@$(BIN)/crewdesk up

test: $(VENV)/.test ## all tests but the long ones
	@$(BIN)/python -m pytest -m "not soak" --numprocesses 2 --dist loadfile

check: $(VENV)/.test ## format, lint, types, layers, sizes
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@PYTHONPATH=.ci $(BIN)/lint-imports --no-cache
	@$(BIN)/python .ci/size_gate.py

bench: $(VENV)/.test ## measure against floors in the same run
	@$(BIN)/python -m tests.bench

soak: $(VENV)/.test ## the long kill test (2,000 tasks, 200 kills) and the long storms
	@$(BIN)/python -m pytest -m soak -s --no-header

format: $(VENV)/.test ## format and mend what can be mended
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

schema: $(VENV)/.run ## write the schema of new databases anew, after a new migration
	@$(BIN)/python -m gateway.store.snapshot_writer

lock: $(VENV)/.test ## write constraints.txt anew
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --all-extras --upgrade --no-emit-index-url \
		--no-annotate --no-header --output-file constraints.txt pyproject.toml

clean: ## remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Crewdesk needs Python 3.11 or newer")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Setting up $(VENV) (once, about half a minute)"
	@$(PIP_INSTALL) --editable '.[all]'
	@touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Setting up $(VENV) for tests (once, about a minute)"
	@$(PIP_INSTALL) --editable '.[test]'
	@touch $@ $(VENV)/.run
