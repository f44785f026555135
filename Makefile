# Everything a person or CI runs here. Each target installs what it needs into .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Two for each core: some tests wait, and each that works first takes ten seconds to find all tests.
JOBS ?= $(shell expr $$(nproc 2>/dev/null || echo 2) \* 2)
STAMP := $(VENV)/.installed

PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist worksteal

.PHONY: help install system run demo test prove pytest lint types coverage docs screenshots wheel bundle deb fuzz chaos life bench bench-country format clean

help:  ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

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

# Side by side: mypy keeps one core for a minute.
test: install system  ## install all that is needed and run every test that a change can break
	$(MAKE) --no-print-directory --jobs=3 lint types pytest

pytest: install
	$(PYTEST)

# What takes longer: more generated cases and kills, the other database, scans, a wheel in a bare venv.
# 25 minutes on two cores at the most. Minutes kept for what is to come: portals 4, layouts 5, prose 3,
# faults 4, pages 6, engines 3. The end of a run says what each part takes.
prove: install system  ## what `make test` leaves out, and larger amounts of what it tries only a part of
	NIANBAO_PROVE=1 $(PYTEST)

lint: install  ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install  ## mypy: strict where pyproject.toml says, plain for the tests
	$(BIN)/mypy

coverage: install system  ## run the tests of `make test` and tell which lines they reach
	$(PYTEST) --cov --cov-report=term:skip-covered

docs: install  ## write the parts of docs/ that are made from the code
	$(BIN)/python -m scripts.docs

screenshots: install system  ## pictures of every page, in both languages, sizes and themes, into build/screenshots
	$(BIN)/python -m scripts.screenshots

wheel: install  ## build dist/nianbao-*.whl
	rm -rf build dist/nianbao-*.whl
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .
	rm -rf build

bundle: install  ## dist/nianbao-*.pyz: one file that installs it on machines without a network
	$(BIN)/python -m scripts.bundle

deb: install  ## dist/nianbao_*.deb: the same as a package of Debian and Ubuntu
	$(BIN)/python -m scripts.deb

format: install  ## put the code into its usual shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Of what these try, `make prove` takes a few seeds, kills or ways.
SEEDED := $(addprefix tests/monitor/test_,one_answer.py public.py plants.py true_reports.py standing.py \
	in_english.py api_described.py recordings.py pictured.py way_seen.py attack_seventh.py moving.py) $(addprefix tests/storage/test_,at_once.py \
	backup.py content.py copying_on.py) tests/parser/test_printed_pages.py tests/crawler/test_hostile.py

fuzz: install  ## by hand: the property tests twenty and forty times over, more than 100,000 generated reports; 10,000 days of portals; five times what has seeds
	NIANBAO_PROVE=1 NIANBAO_FUZZ=40 $(PYTEST) tests/parser/test_roundtrip.py
	NIANBAO_PROVE=1 NIANBAO_FUZZ=20 $(PYTEST) tests/parser/test_defects.py
	NIANBAO_PROVE=1 NIANBAO_FUZZ=10 $(PYTEST) tests/crawler/test_drifting.py
	NIANBAO_PROVE=1 NIANBAO_FUZZ=5 $(PYTEST) $(SEEDED)

chaos: install system  ## by hand, half an hour: a season through everything that can go wrong, on both databases, and on many machines; SEED=n
	$(BIN)/python -m tests.chaos $(SEED)
	$(BIN)/python -m tests.chaos $(SEED) --profile large --count 0

life: install  ## by hand, minutes to an hour: three years of ten counties by an accelerated clock, into FOLDER (build/life), resumable; BEFORE=checkout of an older release
	$(BIN)/python -m tests.life $(or $(FOLDER),build/life) $(if $(BEFORE),--before $(BEFORE))

bench: install system  ## measure reading against lxml, pandas, pdfplumber and LibreOffice; each command and page on a tenth of the nation
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.sweeping
	$(BIN)/python -m benchmarks.standings
	$(BIN)/python -m benchmarks.nation
	$(BIN)/python -m benchmarks.pages

bench-country: install  ## sweep a simulated country: 2,850 portals, 37,558 units, a quarter of an hour; each command and page on all of it
	$(BIN)/python -m benchmarks.sweeping nation
	$(BIN)/python -m benchmarks.nation --units 38600
	$(BIN)/python -m benchmarks.pages --units 38600

clean:
	rm -rf $(VENV) .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist *.egg-info .coverage*
