"""The files of the JupyterLite edition: the same notebooks, each with a cell that installs the package first."""
import re
import shutil

import nbformat

INSTALL = "%pip install -q ipywidgets batchnorm-lesson"
HINT = ("*In the browser: the first run fetches Python and takes a minute or two. What you write is kept in this "
        "browser only; save a copy with File → Download.*")


def write_contents(source, folder):
    """Write README and notebooks into ``folder``, which is made anew, as the JupyterLite edition shows them."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "notebooks").mkdir(parents=True)
    readme = (source / "README.md").read_text(encoding="utf-8")
    (folder / "README.md").write_text(readme, encoding="utf-8")
    for path in re.findall(r"\((notebooks/[\w.]+\.png)\)", readme):
        shutil.copyfile(source / path, folder / path)
    for path in sorted(source.glob("notebooks/[0-9]*.ipynb")):
        nbformat.write(installing(nbformat.read(path, as_version=4)), folder / "notebooks" / path.name)


def installing(notebook):
    """The notebook with two cells more, right below its title: what to expect, and the installation."""
    hint = nbformat.v4.new_markdown_cell(HINT, id="in-the-browser")
    install = nbformat.v4.new_code_cell(INSTALL, id="install")
    notebook.cells[1:1] = [hint, install]
    return notebook
