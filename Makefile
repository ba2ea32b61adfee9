# make run    set everything up and open the chat on http://127.0.0.1:7860
# make test   set everything up and pass the checks and tests
# make ocr    add character recognition, for scanned pages and pictures
# make setup  only set up: .venv and what it needs

VENV := .venv
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)
RUN := $(VENV)/bin/python

.PHONY: run test setup ocr check clean
.DEFAULT_GOAL := run

# Asks once, and only who can answer, whether to add character recognition.
run: setup
	@if $(RUN) -m scripts.offer_recognition; then \
		$(MAKE) --no-print-directory ocr || echo 'It could not be installed. The chat works without it; try again with: make ocr'; fi
	$(RUN) app.py

setup: $(VENV)/.requirements

ocr: setup
	$(RUN) -m pip install --disable-pip-version-check -r requirements-ocr.txt

test: $(VENV)/.requirements-dev check
	$(RUN) -m pytest

check: $(VENV)/.requirements-dev
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy

# A stamp is newer than what it was made from, so the second time costs nothing.
$(VENV)/.requirements: requirements.txt | $(VENV)/bin/python
	$(RUN) -m pip install --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.requirements-dev: requirements-dev.txt requirements.txt | $(VENV)/bin/python
	$(RUN) -m pip install --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/.requirements

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "WenDang needs Python 3.11 or newer; none was found. Name one: make PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv $(VENV)

clean:
	rm -rf $(VENV) .wendang
