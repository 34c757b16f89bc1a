# Bare `make` lists what it can do.
PYTHON ?= python3
BIN := .venv/bin
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
endif
SETUP := .venv/.set-up
TESTED := .venv/.set-up-tests
LAB := .venv/lab/.set-up
DOCS := .venv/docs/.set-up
AXE := tests/node_modules/.package-lock.json
MOTO := .venv/moto/.set-up

.DEFAULT_GOAL := help
COPY := $(or $(TMPDIR),/tmp)/briefing-reprotest

.PHONY: help render preview code check test lint rooms release words bench lighthouse reprotest pictures docs lab lock vega \
	annotator faults fuzz coverage mutants quarto clean

help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

render: $(SETUP) ## make _output/report.pdf and _output/report.html
	$(BIN)/briefing render

preview: $(SETUP) ## show the report in the browser, anew after each save
	$(BIN)/briefing preview

code: $(SETUP) ## code the sources in the browser
	$(BIN)/briefing code

check: $(SETUP) ## check the evidence, and that the edition reproduces to the last byte
	$(BIN)/briefing check

test: $(TESTED) $(AXE) $(MOTO) ## run the tests
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: $(TESTED) ## check style, types, and which room imports which
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(TESTED) ## measure renders, kernels, evidence, a large discourse and many projects, and write benchmarks/RESULTS.md
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "papermill>=2.6" nbconvert
	for what in renders many kernels evidence discourse index; do $(BIN)/python benchmarks/$$what.py || exit 1; done

# Tools of their own, which no test needs; each in a folder beside, so that the environment stays what the lock says.
SECONDS ?= 60
fuzz: $(TESTED) ## fuzz each reader for a minute (SECONDS=1800 for longer; READER=tables for one)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --target .venv/fuzz "atheris>=3"
	PYTHONPATH=.venv/fuzz$(if $(PYTHONPATH),:$(PYTHONPATH)) $(BIN)/python tests/faults/fuzz.py $(READER) --seconds $(SECONDS)

# Each by itself, with a number for longer: python tests/faults/kills.py 300
FAULTS := kills steps cache execution hostile pdfs
faults: $(TESTED) ## kill renders, damage caches, kernels and PDFs, and give them hostile texts; takes some minutes
	@$(MAKE) --no-print-directory --keep-going --jobs $(or $(JOBS),3) $(FAULTS:%=faults-%)

faults-%: $(TESTED)
	@$(BIN)/python tests/faults/$*.py > .venv/faults-$*.txt 2>&1; code=$$?; echo "$*:"; cat .venv/faults-$*.txt; exit $$code

coverage: $(TESTED) $(AXE) $(MOTO) ## run the tests, and tell which lines and branches they run
	$(BIN)/python -m coverage erase
	-$(BIN)/python -m coverage run -m pytest -q -n auto --dist loadfile  # what it writes itself fails three tests of full disks and kills
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python tests/faults/coverage_by_room.py

mutants: $(TESTED) ## tell how many small faults in facts, sources and editions their tests find; takes hours (ROOM=facts/dates.py)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --target .venv/mutmut mutmut libcst click \
		setproctitle textual rich markdown-it-py mdurl linkify-it-py uc-micro-py mdit-py-plugins
	PYTHONPATH=.venv/mutmut $(BIN)/python tests/faults/mutants.py $(ROOM) --list

rooms: $(TESTED) ## draw the rooms of the package anew, in docs/rooms.md
	$(BIN)/python docs/rooms.py

release: $(SETUP) ## add the package as it is to the releases that a check knows, before the tag is set
	$(BIN)/python docs/releases.py

words: $(TESTED) ## take the package's texts into its catalogues, and list what is not translated
	$(BIN)/python docs/words.py

lighthouse: $(TESTED) ## Lighthouse's scores of the page, served on loopback (needs npm and Chromium)
	$(BIN)/python tests/lighthouse.py

reprotest: $(SETUP) ## render under Debian's reprotest (apt-get install reprotest faketime disorderfs locales)
	rm -rf $(COPY) && git clone --quiet . $(COPY) && rm -rf $(COPY)/_output
	cd $(COPY) && reprotest --no-diffoscope --vary=-user_group -s . \
		'PYTHONPATH=$$PWD/analysis $(CURDIR)/$(BIN)/python -m briefing render' '_output/report.*'
	rm -rf $(COPY)

pictures: ## renew the README's pictures from _output/ (needs poppler-utils and Chromium)
	pdftoppm -r 80 -f 1 -l 1 -png -singlefile _output/report.pdf docs/page-one
	chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir=$(COPY)-browser \
		--window-size=1280,1240 --screenshot=docs/page.png file://$(CURDIR)/_output/report.html
	rm -rf $(COPY)-browser

docs: $(DOCS) ## build the documentation as a site, in docs/site/
	rm -rf docs/site
	$(dir $(DOCS))$(notdir $(BIN))/python -m sphinx -W --keep-going -q -E -b html -d $(dir $(DOCS))doctrees docs docs/site
	@echo "Wrote docs/site/index.html"

lab: $(LAB) ## open the notebooks in JupyterLab
	$(dir $(LAB))$(notdir $(BIN))/jupyter lab analysis

quarto: $(SETUP) ## render with Quarto instead, where it is installed
	$(BIN)/briefing render --engine quarto

PIN = $(BIN)/python -m uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --quiet
lock: $(SETUP) ## renew the four lock files from pyproject.toml
	$(BIN)/python -m pip install --quiet "uv>=0.5"
	$(PIN) --upgrade --extra build --output-file requirements.lock
	$(PIN) --upgrade --extra test --extra lint --constraints requirements.lock --output-file requirements-test.lock
	$(PIN) --upgrade --extra lab --constraints requirements.lock --output-file requirements-lab.lock
	$(PIN) --upgrade --extra docs --constraints requirements.lock --output-file requirements-docs.lock

# Vega and its expression interpreter as one script, for pages with live charts: from npm, at the hashes in the lock.
VEGA := analysis/briefing/templates/vega
vega: $(AXE) ## build the script of the live charts anew from npm
	echo 'export {View, parse} from "vega"; export {expressionInterpreter} from "vega-interpreter";' > tests/node_modules/vega-entry.js
	{ printf '/*! %s: (c) University of Washington Interactive Data Lab, BSD-3-Clause; D3: (c) Mike Bostock, ISC; both whole in vega.LICENSE.txt */\n' "$$(cd tests && node -p '["vega", "vega-interpreter"].map((n) => n + " " + require(`./node_modules/$${n}/package.json`).version).join(", ")')"; \
		cd tests && node_modules/.bin/esbuild node_modules/vega-entry.js --bundle --minify --format=iife --global-name=vega \
		--target=es2020 --charset=utf8 --log-level=error; } > $(VEGA).js
	{ cd tests/node_modules && for name in vega vega-interpreter $$(ls -d d3-* delaunator robust-predicates topojson-client 2>/dev/null); do \
		printf '== %s ==\n' $$name; cat $$name/LICENSE* ; printf '\n'; done; } > $(VEGA).LICENSE.txt

# The library that selects and finds words in the workbench, as one script; its own packages carry no licence file.
ANNOTATOR := analysis/briefing/templates/annotator
annotator: $(AXE) ## build the workbench's annotation library anew from npm
	echo 'export {createTextAnnotator, createRenderer} from "@recogito/text-annotator";' > tests/node_modules/annotator-entry.js
	{ printf '/*! %s: (c) Rainer Simon, BSD-3-Clause; what they use is listed with its terms in annotator.LICENSE.txt */\n' "$$(cd tests && node -p '["@recogito/text-annotator", "@annotorious/core"].map((n) => n + " " + require(`./node_modules/$${n}/package.json`).version).join(", ")')"; \
		cd tests && node_modules/.bin/esbuild node_modules/annotator-entry.js --bundle --minify --format=iife --global-name=annotator \
		--target=es2020 --charset=utf8 --log-level=error; } > $(ANNOTATOR).js
	{ printf '== @recogito/text-annotator, @annotorious/core ==\n'; cat tests/recogito.LICENSE.txt; cd tests/node_modules && \
		for name in colord debounce dequal hotkeys-js nanoevents nanoid nanostores poll quickselect rbush uuid; do \
		printf '\n== %s ==\n' $$name; cat $$name/LICENSE* $$name/license* 2>/dev/null || true; done; } | tr -d '\r' > $(ANNOTATOR).LICENSE.txt

clean: ## remove the environment and all caches, not the edition
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache analysis/*.egg-info
	find analysis tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

# What rendering needs: made again only when the lock or the package's metadata change.
$(SETUP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if v >= (3, 11) else f"$(PYTHON) is Python {v.major}.{v.minor}; expected 3.11 or newer. Say which with: make PYTHON=python3.12")'
	@echo "Setting up .venv: every package at its pinned hash, once, about half a minute"
	@$(PYTHON) -m venv --clear .venv || { echo "Python's venv module is missing: on Debian, apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --progress-bar off --disable-pip-version-check --require-hashes -r requirements.lock \
		| awk '/^Collecting/ { n++; if (n % 10 == 0) { print "  " n " packages found"; fflush() } } /^Installing/ { print "  installing them"; fflush() } /^(ERROR|error)/ { print; fflush() }'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(SETUP)

# What the tests and `make lint` need besides, into the same environment.
$(TESTED): $(SETUP) requirements-test.lock
	@echo "Adding what the tests need, once"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $(TESTED)

# JupyterLab, in an environment of its own, so that no render depends on it; its kernel is the one of .venv.
$(LAB): $(SETUP) requirements-lab.lock
	@echo "Setting up JupyterLab in .venv/lab, once"
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/$(notdir $(BIN))/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-lab.lock
	@$(BIN)/python -m ipykernel install --prefix $(@D) --name python3 --display-name "Python (briefing)"
	@touch $(LAB)

# Sphinx and what the pages are made from, in an environment of its own, so that no render depends on it.
$(DOCS): requirements-docs.lock
	@echo "Setting up Sphinx in .venv/docs, once"
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/$(notdir $(BIN))/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-docs.lock
	@touch $(DOCS)

# What the tests take from npm, at its pinned hash; without it, they skip what needs it.
$(AXE): tests/package-lock.json tests/package.json
	@npm ci --prefix tests --silent || echo "axe-core is not installed: its tests are skipped, or fail in CI"

# An S3 on this machine, which the tests of the cluster start; in an environment of its own, since what it brings
# (botocore) cannot stand beside what rendering takes.
$(MOTO): $(SETUP) tests/requirements-moto.lock
	@echo "Setting up moto in .venv/moto, once"
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/$(notdir $(BIN))/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r tests/requirements-moto.lock && touch $(MOTO) \
		|| echo "moto is not installed: its tests are skipped, or fail in CI"
