# Everything a person runs by hand. `make up` and `make test` need Python 3.11 or newer and nothing else.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python

.DEFAULT_GOAL := help
.PHONY: help up test check bench lock css

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-6s %s\n", $$1, $$2}' Makefile

up: $(VENV)/.run ## Run Shout with everything it needs, until Ctrl+C.
	@exec $(RUN) manage.py up

test: $(VENV)/.dev ## Run every test (ARGS="-k stop" for some of them).
	@exec $(RUN) -m pytest -n auto --maxprocesses 8 --dist loadfile $(ARGS)

check: $(VENV)/.dev ## Check style, types, architecture, migrations, deployment settings and links.
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy
	$(RUN) -m pytest $(wildcard tests/test_architecture.py tests/test_docs.py)
	$(RUN) -W "ignore:Got an error checking a consistent migration history" manage.py makemigrations --check
	PUBLIC_BASE_URL=https://shout.example $(RUN) manage.py check --deploy --fail-level WARNING

bench: $(VENV)/.dev ## Measure throughput and latency beside their floors.
	@exec $(RUN) -m bench $(ARGS)

css: node_modules ## Build static/css/app.css (the only thing that needs node).
	npm run css

lock: $(VENV)/.dev ## Resolve the dependencies of pyproject.toml anew, with hashes.
	$(COMPILE) requirements.lock pyproject.toml
	$(COMPILE) requirements-dev.lock --group dev --constraint requirements.lock pyproject.toml
	echo uv | $(COMPILE) requirements-uv.lock -

COMPILE = $(UV) pip compile --quiet --universal --upgrade --generate-hashes --no-header --no-annotate --output-file

node_modules: package-lock.json
	npm ci

$(VENV)/.run: requirements.lock $(RUN)
	$(sync)

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(sync)

# uv installs in a tenth of pip's time. Where it is missing pip fetches it, and where that fails pip does the work.
define sync
	@echo "Installing $< into $(VENV)"
	@$(UV) --version >/dev/null 2>&1 || $(PIP) --target $(VENV)/uv --requirement requirements-uv.lock || true
	@$(UV) pip sync --quiet --require-hashes --python $(RUN) $< || $(PIP) --requirement $<
	@touch $@
endef
UV = $(shell uv --version >/dev/null 2>&1 && echo uv || echo $(VENV)/uv/bin/uv)
PIP = $(shell $(PYTHON) -m pip --version >/dev/null 2>&1 && echo $(PYTHON) -m pip --python $(RUN) || echo $(RUN) -m pip) \
	install --quiet --disable-pip-version-check --require-hashes

# Debian's bare Python brings neither pip nor the means to install it, so look before asking for it.
$(RUN):
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
		{ echo "Shout needs Python 3.11 or newer. Name one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(shell { uv --version || $(PYTHON) -m pip --version; } >/dev/null 2>&1 && echo --without-pip) $(VENV)
