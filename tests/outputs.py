"""Runs the notebooks from top to bottom and writes them back so that two runs differ in no byte.

Use: python tests/outputs.py [notebook …]; without names, every notebook of notebooks/.
"""
import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from batchnorm_lesson.files import write_whole

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
# The live view's id is random, and without a kernel it shows nothing; the picture beside it does.
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def run(path):
    """The notebook at path, executed in a fresh kernel from its own folder."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, kernel_name="python3", timeout=120, record_timing=False, store_widget_state=False,
                            resources={"metadata": {"path": path.parent}})
    return client.execute()


def merged(outputs):
    """Outputs with neighbouring pieces of one stream joined: where a stream is cut is chance."""
    result = []
    for output in outputs:
        if output.output_type == "stream" and result and result[-1].get("name") == output.name:
            result[-1].text += output.text
        else:
            result.append(output)
    return result


def normalize(notebook):
    """Removes from an executed notebook whatever differs from run to run or from machine to machine."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                         "language_info": {"name": "python"}}
    for cell in notebook.cells:
        cell.metadata = {key: cell.metadata[key] for key in ("jupyter", "slideshow", "tags") if key in cell.metadata}
        if cell.cell_type == "code":
            cell.outputs = merged(cell.outputs)
            for output in cell.outputs:
                output.get("data", {}).pop(WIDGET_VIEW, None)
                output.get("metadata", {}).pop(WIDGET_VIEW, None)
    return notebook


def main():
    # The kernel chooses its back end; one from outside changes what a cell prints.
    os.environ.pop("MPLBACKEND", None)
    for path in [Path(name).resolve() for name in sys.argv[1:]] or sorted(NOTEBOOKS.glob("[0-9]*.ipynb")):
        try:
            notebook = normalize(run(path))
        except CellExecutionError as error:
            sys.exit(f"{path.name} was not written, because a cell of it fails:\n{error}")
        write_whole(path, nbformat.writes(notebook).rstrip("\n") + "\n")
        print(path.name)


if __name__ == "__main__":
    main()
