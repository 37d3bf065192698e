# make demo: see it work · make test: see it hold. Both need Python >= 3.11 and nothing else.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
# Python keeps what it has compiled: the tests start hundreds of processes, and each would compile all of it again.
unexport PYTHONDONTWRITEBYTECODE
# An interpreter of the right age: one that was upgraded away, or a half-made .venv, is made anew.
USABLE := $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
ifneq ($(shell $(USABLE) && echo yes),yes)
.PHONY: .venv/installed
endif
.PHONY: setup demo test check fmt bench picture coverage schema train eval lock

setup: .venv/installed

# Installed again only when the lock changed. uv where it is there, venv and pip otherwise.
.venv/installed: requirements.lock
	@test -n "$(PYTHON)" || { echo "Plantão needs Python 3.11 or newer; none was found. Name one: make $(MAKECMDGOALS) PYTHON=/path/to/python3"; exit 2; }
	@echo "Installing what requirements.lock names into .venv (about a minute) ..."
	@if command -v uv >/dev/null 2>&1; then \
		{ $(USABLE) || { rm -rf .venv && uv venv --quiet --python "$(PYTHON)" .venv; }; } && \
		uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock; \
	else \
		{ { $(USABLE) && test -x $(BIN)/pip; } || { rm -rf .venv && "$(PYTHON)" -m venv .venv; }; } && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; \
	fi
	@touch $@

demo: setup
	@$(BIN)/python app.py demo

test: setup
	$(BIN)/python -m pytest -n 6 --dist worksteal

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

fmt: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup
	$(BIN)/python -m tests.bench

picture: setup
	PLANTAO_PICTURE=1 $(BIN)/python -m pytest tests/test_demo_story.py -k from_an_alert

# Runs what the library of runbooks needs, PostgreSQL and Redis included, and writes the last column of docs/coverage.md.
coverage: setup
	$(BIN)/python -m tests.coverage_table

schema: setup
	$(BIN)/python -m bot.runbooks.schema > runbooks/runbook.schema.json

# Learns the weights of the embedded model anew, from bot/classify/training (about a minute).
train: setup
	$(BIN)/python -m bot.classify.training.train

# Measures the embedded model on families it has not seen, and the ranking; writes the numbers into docs/classification.md.
eval: setup
	$(BIN)/python -m tests.eval

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra cloud --group dev pyproject.toml -o requirements.lock
