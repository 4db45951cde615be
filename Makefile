# make lesson   opens the first notebook in JupyterLab        make test   runs every test
# make slides LESSON=03   opens a lesson as a slide show    make slides PLAN=50   the plan of 50 minutes, or of 90
# All create the environment in .venv on first use and renew it when a requirements file changes.

PYTHON ?= python3
LAB_ARGS ?=
APP_ARGS ?=
LESSON ?=
PLAN ?=
PYTEST_ARGS ?=
SITE_ARGS ?=

BIN := .venv/bin

# The notebooks choose their own back end; one from outside changes what a cell prints.
unexport MPLBACKEND

.PHONY: lesson slides app check test test-app test-browsers test-hub check-processors outputs bench site key lock \
  check-binder links clean

lesson: .venv/lesson
	$(BIN)/python -m batchnorm_lesson $(LAB_ARGS)

slides: .venv/slides
	$(BIN)/python -m batchnorm_lesson slides $(LESSON) $(PLAN:%=--plan=%) $(LAB_ARGS)

app: build/app/ready
	build/app/bin/python -m batchnorm_lesson app $(APP_ARGS)

# What a change most likely breaks, in a minute and without a browser.
check: .venv/test
	$(BIN)/ruff check --quiet batchnorm_lesson tests
	$(BIN)/python -m pytest --quiet --numprocesses 2 --dist loadscope $(CHECK) $(PYTEST_ARGS)
CHECK = $(wildcard notebooks/0[1-7]*.ipynb) $(addprefix tests/test_,batchnorm.py layer.py refusals.py exercises.py \
  wrong_answers.py questions.py lessons.py project.py teaching.py lesson_01.py lesson_02.py lesson_03.py lesson_04.py \
  lesson_05.py)

test: .venv/test
	$(BIN)/ruff check --quiet batchnorm_lesson tests
	$(BIN)/python -m pytest --numprocesses 2 --dist loadscope $(PYTEST_ARGS)

test-app: build/app/ready
	build/app/bin/python -m pytest tests/test_app_live.py $(PYTEST_ARGS)

# WebKit's browser wants a screen, which Xvfb pretends to be.
test-browsers: .venv/test
	xvfb-run --auto-servernum --server-args="-screen 0 1400x900x24" $(BIN)/python -m pytest tests/try_browsers.py \
	  $(PYTEST_ARGS)

# As root, on a computer for nothing else: it makes ten accounts, and removes them.
test-hub: build/hub/ready
	build/hub/bin/python tests/try_jupyterhub.py

check-processors: .venv/test
	$(BIN)/python tests/processors.py

outputs: .venv/lesson
	$(BIN)/python tests/outputs.py $(NOTEBOOKS)

bench: .venv/test
	$(BIN)/python tests/bench.py

# The pages for reading, and in build/site/lite the edition that runs in the browser. All of it is made anew; what
# somebody else has put beside it stays.
site: .venv/test build/lite/bin/jupyter
	$(BIN)/python -m batchnorm_lesson pages build/site --lite build/lite/source $(SITE_ARGS)
	rm -rf build/lib build/lite/source/pypi build/site/lite
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir build/lite/source/pypi \
	  . $(WIDGETS)
	cd build/lite/source && ../bin/jupyter lite build --apps lab --no-sourcemaps --output-dir ../../site/lite \
	  >../log 2>&1 || { cat ../log; exit 1; }
WIDGETS = $(shell grep -E '^(comm|ipywidgets|jupyterlab-widgets)==' requirements.txt)

# What a teacher prints, with the right answers: not in build/site, which may be published.
key: .venv/lesson
	$(BIN)/python -m batchnorm_lesson key build/key

# tests/requirements.txt holds only what the slides and the tests add, so the packages in requirements.txt are its
# limits, and are taken out of it.
lock: build/uv/bin/uv
	printf '%s\n' '-e .[lab,test]' '$(QUICK_START)' | $(COMPILE) - --output-file requirements.txt
	grep '==' requirements.txt > build/limits.txt
	sed 's/^\([^=]*==\).*/^\1/' build/limits.txt > build/locked.txt
	printf '%s\n' 'axe-playwright-python>=0.1.7' 'jupyterlab-slideshow>=0.3.4,<0.4' 'latex2mathml>=3.81' \
	  'playwright>=1.40' 'ruff>=0.14' | $(COMPILE) - --constraints build/limits.txt --no-annotate \
	  | grep -v -f build/locked.txt > build/tests.txt
	mv build/tests.txt tests/requirements.txt
# From jsonschema 4.25 on, everything of Jupyter's compiles 35 grammars as it starts that no notebook needs, for 0.6 s:
# github.com/jupyter-server/jupyter_server/issues/1559. When that is closed, this limit can go.
QUICK_START = jsonschema<4.25
COMPILE = build/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --upgrade --no-emit-index-url \
          --no-emit-find-links --custom-compile-command 'make lock'

check-binder: build/binder/bin/jupyter-repo2docker
	$(PYTHON) tests/check_binder.py build/binder/bin/jupyter-repo2docker

links:
	@$(PYTHON) tests/links.py

# By name: build/slides, a checkpoint of Jupyter's and whatever else is there may be what somebody has typed.
clean:
	rm -rf .venv .pytest_cache *.egg-info $(addprefix build/,app bdist.* binder hub lib lite screenshots uv) \
	  build/limits.txt build/locked.txt build/tests.txt
	find batchnorm_lesson notebooks tests -name __pycache__ -prune -exec rm -rf {} +

.venv/lesson: requirements.txt
	@$(CHECK_PYTHON)
	@echo "Installing what the lessons need into .venv: about 95 MB to download, some minutes, this time only."
	@$(DOTS) "$(PYTHON)" -m venv --clear .venv && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/test: .venv/lesson tests/requirements.txt
	@echo "Installing what the tests need into .venv."
	@$(DOTS) $(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@

# Two packages of JupyterLab's, which is there: no locked package is touched.
.venv/slides: .venv/lesson tests/requirements.txt
	@echo "Installing what the slides need into .venv."
	@$(DOTS) $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  $$(grep '^jupyterlab-' tests/requirements.txt)
	@touch $@

# Tools of their own, so that they cannot disturb the locked packages.
build/uv/bin/uv:
	@$(CHECK_PYTHON)
	"$(PYTHON)" -m venv --clear build/uv
	build/uv/bin/python -m pip install --quiet --disable-pip-version-check uv

build/app/ready: requirements.txt tests/requirements.txt pyproject.toml
	@$(CHECK_PYTHON)
	@echo "Installing what the app needs into build/app: about 110 MB to download, some minutes, this time only."
	@$(DOTS) "$(PYTHON)" -m venv --clear build/app && build/app/bin/python -m pip install --quiet --disable-pip-version-check \
	  -r requirements.txt -r tests/requirements.txt -e '.[app]'
	@touch $@

build/hub/ready: requirements.txt
	@$(CHECK_PYTHON)
	"$(PYTHON)" -m venv --clear build/hub
	build/hub/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt jupyterhub \
	  jupyterhub-idle-culler
	npm install --silent --no-fund --no-audit --prefix build/hub configurable-http-proxy
	@touch $@

build/binder/bin/jupyter-repo2docker:
	@$(CHECK_PYTHON)
	"$(PYTHON)" -m venv --clear build/binder
	build/binder/bin/python -m pip install --quiet --disable-pip-version-check jupyter-repo2docker

# Pyodide's version goes with the kernel's.
build/lite/bin/jupyter:
	@$(CHECK_PYTHON)
	"$(PYTHON)" -m venv --clear build/lite
	build/lite/bin/python -m pip install --quiet --disable-pip-version-check jupyterlite-core==0.8.6 \
	  jupyterlite-pyodide-kernel==0.8.6 jupyter-server $(filter jupyterlab-widgets%,$(WIDGETS))

# A dot every five seconds, for as long as the rest of the line takes.
DOTS = (while sleep 5; do printf .; done) & dots=$$!; trap "kill $$dots; echo" EXIT;

AS_IN := as in: make PYTHON=python3.12 lesson
define CHECK_PYTHON
command -v "$(PYTHON)" >/dev/null || \
  { echo "There is no '$(PYTHON)' here: install Python 3.11 or newer, or name it, $(AS_IN)"; exit 1; }; \
"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
  { echo "$$("$(PYTHON)" --version 2>&1) is too old: install Python 3.11 or newer, and name it, $(AS_IN)"; exit 1; }; \
"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
  { echo "This Python cannot create an environment. Install its venv package, on Debian or Ubuntu with:" \
         "sudo apt-get install python3-venv"; exit 1; }
endef
