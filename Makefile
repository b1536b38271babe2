# make env    make the environment in .venv, with the command `course` in it
# make lab    the same, then open JupyterLab on the start page  (PORT=... BROWSER=no)
# make clean  remove the environment

PYTHON ?= python3
BIN := .venv/bin
COURSE := $(BIN)/python -m course

.PHONY: env lab clean

env: .venv/.made

# Made again whenever the pinned versions change. The mark is written last, so that an
# installation that was cut off is begun again.
.venv/.made: requirements.lock pyproject.toml
	@$(PYTHON) -c "import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else \
	    f'$(PYTHON) is Python {v[0]}.{v[1]}; the course needs 3.11, 3.12 or 3.13: make $(MAKECMDGOALS) PYTHON=python3.12')"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch .venv/.made

lab: env
	$(COURSE) lab $(if $(PORT),--port $(PORT)) $(if $(filter no,$(BROWSER)),--no-browser)

clean:
	rm -rf .venv

-include developers.mk  # not in the students' bundle
