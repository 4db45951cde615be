"""A cell that is run a second time says what it said the first time: learners do that all the time."""
import nbformat
import pytest
from nbclient import NotebookClient

from lessons import NOTEBOOKS


def text(cell):
    """What a cell printed and showed, in words."""
    return "".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem[:2])
def test_every_cell_says_the_same_twice(path):
    once = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    twice = [nbformat.v4.new_code_cell(cell.source) for cell in once for _ in range(2)]
    notebook = nbformat.v4.new_notebook(cells=twice)
    where = {"metadata": {"path": path.parent}}
    NotebookClient(notebook, kernel_name="python3", timeout=120, resources=where).execute()
    for first, again in zip(notebook.cells[::2], notebook.cells[1::2]):
        assert text(first) == text(again), first.source
