"""The files of the JupyterLite edition: the same notebooks, each with a cell that installs the package first."""
import json

import nbformat

from ..lessons import lessons, roles_of

INSTALL = "%pip install -q ipywidgets batchnorm-lesson"
HINT = ("*In the browser: the first run fetches Python and takes a minute or two. What you write is kept in this "
        "browser only; save a copy with File → Download.*")


# The page's own name for itself lets a test run all cells; with each cell in the page, no link into it misses.
CONFIG = {"jupyter-lite-schema-version": 0,
          "jupyter-config-data": {"appName": "Batch normalization", "exposeAppInBrowser": True}}
SETTINGS = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}


def contents(source):
    """What ``jupyter lite build`` makes the edition of: the contents of each file, by its place.

    That is README and notebooks of the folder ``source``, with a cell more in each notebook, and the page's settings.
    """
    made = {"jupyter-lite.json": json.dumps(CONFIG), "overrides.json": json.dumps(SETTINGS)}
    for path in [source / "README.md", *source.glob("notebooks/help.md"), *source.glob("notebooks/*.png")]:
        made[f"files/{path.relative_to(source).as_posix()}"] = path.read_bytes()
    for lesson in lessons(source):
        # Not nbformat.writes: JupyterLite does not join a Markdown output that is stored line by line.
        made[f"files/notebooks/{lesson.path.name}"] = json.dumps(installing(lesson.without()), ensure_ascii=False)
    return made


def installing(notebook):
    """The notebook with two cells more, below how to run it: what to expect, and the installation."""
    hint = nbformat.v4.new_markdown_cell(HINT, id="in-the-browser")
    install = nbformat.v4.new_code_cell(INSTALL, id="install")
    place = next(place for place, cell in enumerate(notebook.cells, 1) if "how-to-run" in roles_of(cell))
    notebook.cells[place:place] = [hint, install]
    return notebook
