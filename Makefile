# make demo   fresh machine -> everything running, one company opened; ONCE=1 stops by itself
# make test   fresh machine -> the test suite
# make check  lint, types, import contracts, templates, migrations
# make slow   the tests that `make test` leaves out to stay under twenty minutes
# make chaos | bench | simulate   the long suites
PY ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

PACKAGES := law domain forms storage registers activities workflows api banjian

.PHONY: demo test slow check chaos bench simulate lock setup browser bytecode

setup: $(STAMP)

$(STAMP): requirements/dev.txt pyproject.toml
	@test -x $(BIN)/python || $(PY) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $(STAMP)

browser:
	@sh deploy/install-browser.sh

demo: $(STAMP)
	@$(BIN)/banjian demo $(if $(ONCE),--once,)

# The sandbox imports a procedure's modules anew for each case, and each command is a process of its own:
# without their bytecode a tenth of the suite's time is compiling.
bytecode: $(STAMP)
	@$(BIN)/python -m compileall -q $(PACKAGES)

# Three processes on two cores: a quarter of each one's time is waiting.
test: $(STAMP) browser bytecode
	PYTHONHASHSEED=0 $(BIN)/python -m pytest tests -q -n 3 --dist loadfile --no-loadscope-reorder -m "not long and not slow"

slow: $(STAMP) browser bytecode
	PYTHONHASHSEED=0 $(BIN)/python -m pytest tests -q -n 2 --dist loadfile -m slow

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m deploy.checks

chaos: $(STAMP)
	$(BIN)/python -m tests.chaos

bench: $(STAMP)
	$(BIN)/python -m bench
	$(BIN)/python -m bench.calendar
	$(BIN)/python -m bench.devices

simulate: $(STAMP)
	$(BIN)/python -m tests.simulate

# Rewrites the locks; hashes only, no registry host and no local path.
lock:
	@$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -q -o requirements/dev.txt
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -q -o requirements/runtime.txt
