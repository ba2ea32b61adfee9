# make run    set everything up and open the chat on http://127.0.0.1:7860
# make test   set everything up and pass the checks and tests
# make ocr    add character recognition, for scanned pages and pictures
# make screenshots  take pictures of the page (needs Chromium)
# make setup  only set up: .venv and what it needs
# make clean  remove .venv and the index; conversations, feedback and removed documents stay

VENV := .venv
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)
RUN := $(VENV)/bin/python

.PHONY: screenshots run test setup ocr check clean
.DEFAULT_GOAL := run

# Asks once, and only who can answer, whether to add character recognition.
run: setup
	@if $(RUN) -m scripts.offer_recognition; then \
		$(MAKE) --no-print-directory ocr || echo 'It could not be installed. The chat works without it; try again with: make ocr'; fi
	$(RUN) app.py

setup: $(VENV)/.requirements

ocr: setup
	$(RUN) -m pip install --disable-pip-version-check -r requirements-ocr.txt

# In the order of their names, so that the slow tests of the page do not come last and leave one process alone.
test: $(VENV)/.requirements-dev check
	$(RUN) -m scripts.build_models
	$(RUN) -m pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder

# The ten main states of the page in every look, to be looked at; and what the README shows of them.
screenshots: $(VENV)/.requirements-dev
	$(RUN) -m tests.browser.screenshots .wendang/screenshots
	$(RUN) -m tests.browser.screenshots docs --docs

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

# What people have asked and judged, and the documents that they have taken out, can be built by nothing.
clean:
	rm -rf $(VENV)
	@if [ -d .wendang ] && [ ! -L .wendang ]; then \
		find .wendang -mindepth 1 -maxdepth 1 ! -name 'conversations.sqlite*' ! -name feedback ! -name removed \
			-exec rm -rf {} + ; \
		rmdir .wendang 2>/dev/null || \
			echo 'Kept in .wendang: conversations, feedback and removed documents. To delete them too: rm -r .wendang'; \
	fi
