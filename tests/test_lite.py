"""What the JupyterLite edition needs of the package and of the notebooks, as far as it shows without a browser."""
import json
import subprocess
import sys
import tomllib

import nbformat
import pytest

from batchnorm_lesson.files import OwnFolder
from batchnorm_lesson.editions import lite
from lessons import NOTEBOOKS, ROOT

# Python in a web page has no server and starts no threads; what a lesson imports must not want them.
AS_IN_A_PAGE = """
import sys, threading
for name in ("jupyter_server", "jupyterlab", "nbconvert", "latex2mathml"):
    sys.modules[name] = None  # whoever imports it fails
def start(thread):
    raise RuntimeError("can't start new thread")
threading.Thread.start = start
import numpy as np
import batchnorm_lesson.network
from batchnorm_lesson import batchnorm, exercises, explorers, figures, load_digits, questions, reference
explorers.balance(), explorers.live(), questions.predict("balance-point"), load_digits()
print(threading.active_count())
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lite") / "source"
    OwnFolder(folder, "lite", "--lite").write(lite.contents(ROOT))
    return folder


def test_the_package_needs_neither_a_server_nor_threads():
    run = subprocess.run([sys.executable, "-c", AS_IN_A_PAGE], capture_output=True, text=True)
    assert run.stdout == "1\n", run.stderr


def test_each_notebook_installs_first_and_is_else_the_same(source):
    assert len(NOTEBOOKS) == len(list(source.rglob("*.ipynb")))
    for path in NOTEBOOKS:
        file = source / "files" / "notebooks" / path.name
        assert '"text/markdown": [' not in file.read_text(encoding="utf-8")  # JupyterLite does not join the lines
        copy = nbformat.read(file, as_version=4)
        nbformat.validate(copy)
        first = next(cell for cell in copy.cells if cell.cell_type == "code")
        assert first.source.startswith("%pip install") and first.source == copy.cells[4].source
        del copy.cells[3:5]
        assert copy == nbformat.read(path, as_version=4)


def test_what_is_installed_is_this_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] in lite.INSTALL.split()


def test_links_of_the_notebooks_lead_somewhere_there(source):
    assert (source / "files" / "README.md").read_bytes() == (ROOT / "README.md").read_bytes()
    assert (source / "files" / "notebooks" / "explorer.png").is_file()


def test_the_page_can_be_tried_and_keeps_every_cell(source):
    config = json.loads((source / "jupyter-lite.json").read_text(encoding="utf-8"))
    assert config["jupyter-config-data"]["exposeAppInBrowser"] is True
    settings = json.loads((source / "overrides.json").read_text(encoding="utf-8"))
    assert settings["@jupyterlab/notebook-extension:tracker"]["windowingMode"] == "none"
