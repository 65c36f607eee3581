# Everything a user or developer does, one command each. Needs Python 3.11 or newer, git and make.
PYTHON ?= python3
BIN := .venv/bin

# A folder of wheels to install from instead of the network (make wheelhouse): make install WHEELHOUSE=wheelhouse
WHEELHOUSE ?=
FROM := $(if $(WHEELHOUSE),--no-index --find-links $(WHEELHOUSE))

# Where there is room enough in memory the tests' databases stand there: on a disk they mostly wait for it.
MEMORY := $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 4000000 { print "/dev/shm" }')

.PHONY: run test check bench install wheelhouse audit licences clean

# Install, prepare the embedded database, load the synthetic province the first time, open the dashboard.
run: install
	$(BIN)/mch init
	$(BIN)/mch demo --if-empty
	$(BIN)/mch serve --open

# Lint, types and all tests, in two processes more than there are processors: databases and browsers are waited for a good deal.
# What a machine lacks (PostgreSQL, Chromium) is named; MCH_REQUIRE_ALL=1 makes it a failure.
test: check
	$(if $(MEMORY),PYTEST_DEBUG_TEMPROOT=$(MEMORY)) $(BIN)/python -m pytest -n $$(( $$(nproc 2>/dev/null || echo 1) + 2 )) --dist loadgroup

# Lint and types only.
check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Side-by-side timings; never part of the tests.
bench: install
	$(BIN)/python -m benchmarks

# The locked packages into .venv; does nothing when the lock has not changed. What pip would translate for Python one after
# the other, the tests of packages too, is translated on all processors; some packages bring a file of Python 2, which fails.
install: .venv/installed

.venv/installed: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes $(FROM) -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q -j 0 -x '/tests/' .venv/lib > /dev/null || true
	touch $@

# Every locked package with its hash into wheelhouse/, for a machine of the same system and Python without internet.
wheelhouse: install
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --require-hashes --only-binary :all: --dest wheelhouse -r requirements.txt

# Known faults of the locked packages (asks the network; a virtual environment of its own), and of our own code. Ends badly
# too when the advisories were out of reach, which pip-audit itself calls fine: run it weekly and before each release.
audit: install
	rm -f build/audit/report.json
	test -x build/audit/bin/pip-audit || ($(PYTHON) -m venv build/audit && build/audit/bin/pip install --quiet pip-audit)
	-build/audit/bin/pip-audit --require-hashes --disable-pip -r requirements.txt --format json --output build/audit/report.json
	$(BIN)/python deploy/audit.py build/audit/report.json
	$(BIN)/python -m pytest -n 0 tests/test_licences_and_safety.py

# The list of licences of all locked packages, docs/licences.md.
licences: install
	$(BIN)/python deploy/licences.py

# Forget the installation and the embedded database (asks nothing: the data folder goes).
clean:
	rm -rf .venv data build *.egg-info
