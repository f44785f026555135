# Everything a person or CI runs here. Each target installs what it needs into .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
STAMP := $(VENV)/.installed

.PHONY: help install system run demo test lint types fuzz bench bench-country format clean

help:  ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP)  ## make .venv with everything in it

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[ocr,dev]'
	touch $@

system:  ## install LibreOffice, Chromium and a Chinese font where they are missing and it may
	@sh scripts/system-packages.sh

run: install  ## watch the counties of config/ with SQLite, until Ctrl-C
	$(BIN)/nianbao doctor || true
	$(BIN)/nianbao daemon

demo: install  ## a season of a simulated county in two minutes: sweeps, findings, mails, the ledger, a letter
	$(BIN)/nianbao demo

test: install system lint types  ## install all that is needed and run every test
	$(BIN)/python -m pytest -n $(JOBS)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy

format: install  ## put the code into its usual shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

fuzz: install  ## the property tests twenty times over: more than 100,000 generated reports; 50 kills of a sweep
	NIANBAO_FUZZ=20 $(BIN)/python -m pytest -n $(JOBS) tests/parser/test_roundtrip.py tests/parser/test_defects.py tests/crawler/test_sweep.py

bench: install system  ## measure reading against lxml, pandas, pdfplumber and LibreOffice
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.sweeping
	$(BIN)/python -m benchmarks.standings

bench-country: install  ## sweep a simulated country: 2,850 portals, 37,558 units, a quarter of an hour
	$(BIN)/python -m benchmarks.sweeping nation

clean:
	rm -rf $(VENV) .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist *.egg-info
