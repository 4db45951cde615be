"""The files of the JupyterLite edition: the same notebooks, each with a cell that installs the package first."""
import json
import shutil

import nbformat

INSTALL = "%pip install -q ipywidgets batchnorm-lesson"
HINT = ("*In the browser: the first run fetches Python and takes a minute or two. What you write is kept in this "
        "browser only; save a copy with File → Download.*")


# The page's own name for itself lets a test run all cells; with each cell in the page, no link into it misses.
CONFIG = {"jupyter-lite-schema-version": 0,
          "jupyter-config-data": {"appName": "Batch normalization", "exposeAppInBrowser": True}}
SETTINGS = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}


def write_contents(source, folder):
    """Write into ``folder``, which is made anew, what ``jupyter lite build`` makes the edition of.

    That is README and notebooks of the folder ``source``, with a cell more in each notebook, and the page's settings.
    """
    shutil.rmtree(folder, ignore_errors=True)
    notebooks = folder / "files" / "notebooks"
    notebooks.mkdir(parents=True)
    for path in [source / "README.md", *source.glob("notebooks/*.png")]:
        shutil.copyfile(path, folder / "files" / path.relative_to(source))
    for path in sorted(source.glob("notebooks/[0-9]*.ipynb")):
        # Not nbformat.write: JupyterLite does not join a Markdown output that is stored line by line.
        text = json.dumps(installing(nbformat.read(path, as_version=4)), ensure_ascii=False)
        (notebooks / path.name).write_text(text, encoding="utf-8")
    (folder / "jupyter-lite.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    (folder / "overrides.json").write_text(json.dumps(SETTINGS), encoding="utf-8")


def installing(notebook):
    """The notebook with two cells more, right below its title: what to expect, and the installation."""
    hint = nbformat.v4.new_markdown_cell(HINT, id="in-the-browser")
    install = nbformat.v4.new_code_cell(INSTALL, id="install")
    notebook.cells[1:1] = [hint, install]
    return notebook
