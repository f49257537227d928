# Everything a developer or CI runs. `make help` lists it.

.DEFAULT_GOAL := help
# The parts of `make test` build on one another, and the live ones share the machine.
.NOTPARALLEL:
.PHONY: help install toolchain check plan rehearse rehearse-stop test test-fast test-live lint format bench \
	bench-sizing golden docs engine-flags lock clean

STACK ?=
SCENARIO ?=
ARGS ?=

BIN := .venv/bin
ACTIONLINT_VERSION := v1.7.12
ACTIONLINT := .tools/bin/actionlint-$(ACTIONLINT_VERSION)

# A stamp for each content of the requirements: a checkout may give old content a new time.
RUN_STAMP := .venv/.run-$(shell cat requirements.txt pyproject.toml | cksum | cut -d' ' -f1)
DEV_STAMP := .venv/.dev-$(shell cat requirements-dev.txt pyproject.toml | cksum | cut -d' ' -f1)

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  %-15s %s\n", $$1, $$2 }'

install: $(RUN_STAMP)  ## Make .venv with what check, rehearse and Pulumi need

toolchain: $(RUN_STAMP)  ## Build the rehearsal's programs into .tools (once; minutes)
	$(BIN)/python -m rehearsal.toolchain

check: $(RUN_STAMP)  ## Check the settings of all stacks, or of STACK=name
	@$(BIN)/platformctl check $(STACK) $(ARGS)

plan: $(RUN_STAMP)  ## Show what STACK=dev (the default) or prod comes to; ARGS="--diff main" for what changes
	@$(BIN)/platformctl plan $(or $(STACK),dev) $(ARGS)

rehearse: $(RUN_STAMP)  ## Play a stack through on this machine: STACK=dev (the default) or prod, SCENARIO=spike
	@$(BIN)/platformctl rehearse $(or $(STACK),dev) $(if $(SCENARIO),--scenario $(SCENARIO)) $(ARGS)

rehearse-stop: $(RUN_STAMP)  ## End what a rehearsal with --keep left up
	@$(BIN)/platformctl rehearse-stop $(or $(STACK),dev)

test: $(DEV_STAMP) toolchain lint test-fast test-live  ## All checks and tests; installs what they need

test-fast: $(DEV_STAMP)  ## Tests that need no control plane
	$(BIN)/pytest -m "not live" -n auto $(ARGS)

test-live: $(DEV_STAMP) toolchain  ## Tests on Pulumi's engine and a real control plane, one after the other
	$(BIN)/pytest -m live $(ARGS)

lint: $(DEV_STAMP) $(ACTIONLINT)  ## Ruff, pyright and actionlint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(ACTIONLINT)

format: $(DEV_STAMP)  ## Format the code, and fix what ruff can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(DEV_STAMP) toolchain  ## Measure the engine's time for a stack against as many no-op resources
	$(BIN)/python -m benchmarks $(ARGS)

bench-sizing: $(DEV_STAMP)  ## Compare the memory model with published logs, and with other estimators
	$(BIN)/python -m benchmarks.sizing $(ARGS)

golden: $(DEV_STAMP)  ## Write the golden graphs anew; read their diff before you commit it
	$(BIN)/python -m tests.golden.update

docs: $(DEV_STAMP)  ## Write docs/configuration.md and docs/stack.schema.json anew from the settings
	$(BIN)/python -m settings.documentation

engine-flags: $(DEV_STAMP)  ## Write vLLM's options anew for the pinned image; downloads its wheel (336 MB)
	$(BIN)/python -m catalog.engine_flags.refresh

lock: $(DEV_STAMP)  ## Write both requirements files anew from pyproject.toml
	$(LOCK) --output-file requirements.txt pyproject.toml
	$(LOCK) --extra dev --constraints requirements.txt --output-file requirements-dev.txt pyproject.toml

clean:  ## Remove .venv, .tools and caches (asks nothing; end rehearsals first)
	rm -rf .venv .tools .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The files name no index and no folder of one machine, and hold the hashes of every platform's wheels.
LOCK := env -u PIP_FIND_LINKS -u UV_FIND_LINKS $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

# The project itself goes in without a network: its build backend is among the requirements.
define install_project
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--no-index --no-deps --no-build-isolation --editable .
	@rm -f .venv/.$(1)-*
	@touch $@
endef

$(RUN_STAMP): | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes --requirement requirements.txt
	$(call install_project,run)

$(DEV_STAMP): $(RUN_STAMP)
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	$(call install_project,dev)

$(BIN)/python:
	@for candidate in $(PYTHON) python3 python3.11 python3.12 python3.13 python3.14; do \
		"$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		echo "making .venv with $$("$$candidate" --version)"; \
		exec "$$candidate" -m venv .venv; \
	done; \
	echo "No Python 3.11 or newer on PATH. Install one, or name it: make PYTHON=/path/to/python3.12" >&2; exit 1

# The toolchain fetches a Go where the machine has none.
$(ACTIONLINT):
	@mkdir -p $(@D)
	@go="$$(command -v go || echo .tools/go/go/bin/go)"; \
	if ! "$$go" version >/dev/null 2>&1; then \
		echo "actionlint is built with Go, which is not here: run 'make toolchain' first" >&2; exit 1; \
	fi; \
	echo "building actionlint $(ACTIONLINT_VERSION)"; \
	partial="$$(mktemp -d)"; trap 'rm -rf "$$partial"' EXIT; \
	GOBIN="$$partial" CGO_ENABLED=0 "$$go" install github.com/rhysd/actionlint/cmd/actionlint@$(ACTIONLINT_VERSION) && \
	mv "$$partial/actionlint" $@
