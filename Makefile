# newretail: every task of the project by name. `make` alone tells them.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
SYNC := UV_PYTHON_DOWNLOADS=never $(BIN)/uv sync --frozen --inexact --quiet --python $(BIN)/python
SETUP := $(VENV)/.set-up
SOURCES := src tests conftest.py $(wildcard bench)

export DJANGO_SETTINGS_MODULE := newretail.doors.settings

.DEFAULT_GOAL := help
.PHONY: help setup run test check pytest browser bench soak format clean

help:  ## Tell what there is to do (this list)
	@printf 'newretail: an open market for web, store, till and corner shop\n\n'
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
	@printf '\nThe first one that needs it sets everything up; only Python 3.11 or newer, git and make must be there.\n'

setup: $(SETUP)  ## Make .venv with everything that is needed and the command .venv/bin/newretail

# The stamp is newer than what it was made from: a second call does nothing.
$(SETUP): uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo 'newretail needs Python 3.11 or newer; "$(PYTHON)" is not that.'; \
	  echo 'Name one that is, for example: make setup PYTHON=python3.12'; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
	  echo 'Python cannot make a virtual environment here; on Debian and Ubuntu: apt-get install python3-venv'; exit 1; }
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(SYNC) 2>/dev/null || $(SYNC) --system-certs  # the machine's own certificates, behind a company's proxy
	@$(BIN)/python -m newretail.doors.translations compile
	@touch $@

run: setup  ## Open the demo market at http://127.0.0.1:8000 (Ctrl-C closes it)
	@$(BIN)/newretail run

test:  ## Everything that CI runs: style, types, imports, translations, all tests
	@$(MAKE) --no-print-directory pytest FIRST=check

check: setup
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m newretail.doors.translations check

# Two at a time, each with a database of its own, so that both cores have work to do until the end: the rooms, and
# meanwhile the whole stories, then the doors. What is to be done FIRST is done while the rooms are tested; what it finds
# wrong ends them.
pytest: setup browser
	@mkdir -p var; \
	$(BIN)/pytest src -o cache_dir=.pytest_cache/rooms > var/test-rooms.log 2>&1 & rooms=$$!; \
	echo 'Rooms are tested meanwhile; what they say comes at the end (var/test-rooms.log).'; \
	$(if $(FIRST),$(MAKE) --no-print-directory $(FIRST) || { kill $$rooms; exit 1; };) \
	worst=0; \
	for whole in tests/journeys 'tests/door tests/test_house.py'; do \
	  $(BIN)/pytest $$whole -o cache_dir=.pytest_cache/whole || worst=$$?; \
	done; \
	wait $$rooms || worst=$$?; \
	cat var/test-rooms.log; exit $$worst

# The tests open the market in Chromium, with fonts for Korean and Chinese: in Debian's shell, the same engine without a
# window around it, which costs less; where there is none, in the whole browser.
INSTALL := DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends fonts-noto-cjk
browser:
	@command -v chromium-headless-shell >/dev/null 2>&1 && exit; \
	command -v chromium >/dev/null 2>&1 && ! apt-cache show chromium-headless-shell >/dev/null 2>&1 && exit; \
	if [ "$$(id -u)" = 0 ]; then as_root='env'; elif sudo -n true 2>/dev/null; then as_root='sudo -n env'; else \
	  command -v chromium >/dev/null 2>&1 && exit; \
	  echo 'The tests need Chromium: apt-get install chromium-headless-shell fonts-noto-cjk'; \
	  echo '(or run make test where sudo works)'; exit 1; fi; \
	command -v apt-get >/dev/null 2>&1 || { echo 'The tests need Chromium as "chromium" in PATH; install it.'; exit 1; }; \
	echo 'Installing Chromium for the tests …'; \
	$$as_root apt-get update -qq >/dev/null; \
	$$as_root $(INSTALL) chromium-headless-shell >/dev/null 2>&1 || command -v chromium >/dev/null 2>&1 || \
	  $$as_root $(INSTALL) chromium >/dev/null

bench: setup  ## Measure everything (some minutes), print the table, keep it in bench/results/
	@$(BIN)/newretail demo
	@$(BIN)/newretail bench all

soak: setup browser  ## Rehearse an 11.11 for ten minutes on a market of its own, audit it; sweep what tests only sample
	@$(BIN)/pytest tests/journeys -m sweep
	@NEWRETAIL_VAR=var/soak $(BIN)/newretail demo
	@NEWRETAIL_VAR=var/soak NEWRETAIL_PORT=8090 $(BIN)/newretail rehearse --orders 500000 --duration 600
	@NEWRETAIL_VAR=var/soak $(BIN)/newretail rehearse --sweep

format: setup  ## Put the code into the house style
	@$(BIN)/ruff check --fix --quiet $(SOURCES) || true
	@$(BIN)/ruff format $(SOURCES)

clean:  ## Remove what can be made again (.venv and caches; var/, the market's data, stays)
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .schemathesis
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
