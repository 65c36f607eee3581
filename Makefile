# Everything a user or developer does, one command each. Needs Python 3.11 or newer, git and make.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check bench install clean

# Install, prepare the embedded database, load the synthetic province the first time, open the dashboard.
run: install
	$(BIN)/mch init
	$(BIN)/mch demo --if-empty
	$(BIN)/mch serve --open

# Lint, types and all tests. What a machine lacks (PostgreSQL, Chromium) is named; MCH_REQUIRE_ALL=1 makes it a failure.
test: check
	$(BIN)/python -m pytest -n auto --dist loadgroup

# Lint and types only.
check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Side-by-side timings; never part of the tests.
bench: install
	$(BIN)/python -m benchmarks

# The locked packages into .venv; does nothing when the lock has not changed.
install: .venv/installed

.venv/installed: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# Forget the installation and the embedded database (asks nothing: the data folder goes).
clean:
	rm -rf .venv data build *.egg-info
