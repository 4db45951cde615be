"""A result stays folded until its prediction is answered: ``%%result pair`` as the first line of a cell.

What the cell prints and shows becomes one output in a closed ``<details>``, so that a live notebook, a saved one and a
web page all keep it from the reader's eyes; hidden outputs (cell metadata) come back with every *Run All*. The answer
to the prediction opens the block, and so do Enter, Space and a click. The code below the first line is plain Python.
"""
import html
import os
from functools import partial

import ipywidgets as widgets
from IPython import get_ipython
from IPython.core.error import UsageError
from IPython.display import display
from IPython.utils.capture import capture_output

BLOCK = '<details{state}><summary style="display:list-item;cursor:pointer">Show the result</summary>{shown}</details>'
_open = set()  # the predictions whose results are not folded
_shown = {}  # prediction: the function that updates its display, and what that holds


class Stop(Exception):
    """Ends a cell whose error has been shown already, so that *Run All* stops there."""

    def _render_traceback_(self):
        return []


def asked(name):
    """The prediction of that name is asked, or asked anew: its result is folded."""
    _open.discard(name)
    _shown.pop(name, None)


def answered(name):
    """The prediction is answered: its result opens, and stays open when its cell runs again."""
    _open.add(name)
    if name in _shown:
        update, pieces = _shown[name]
        update(_bundle(pieces, True))


def result(name, code):
    """The cell magic: run the code and show what comes of it folded, under the name of the prediction it answers."""
    name = name.strip()
    if not name:
        raise UsageError("%%result needs the name of the prediction that the cell answers, for example: %%result pair")
    with capture_output(stderr=False) as captured:
        outcome = get_ipython().run_cell(code)
    pieces = [{"text/plain": captured.stdout}] * bool(captured.stdout) + [
        output.data | {"size": output.metadata.get("image/png", {})} for output in captured.outputs]
    if name in _shown:  # run again by itself, perhaps with another number: the reader wants to see it
        _open.add(name)
    if pieces:
        bundle = _bundle(pieces, name in _open or not outcome.success)
        _shown[name] = _displayed(bundle), pieces
    if not outcome.success:
        raise Stop


def _displayed(bundle):
    """Display a bundle; the function that puts another in its place. Voila's pages follow widgets and nothing else."""
    if "VOILA_KERNEL_ID" in os.environ:
        block = widgets.HTML(bundle["text/html"])
        display(block)
        return lambda other: setattr(block, "value", other["text/html"])
    return partial(display(bundle, raw=True, display_id=True).update, raw=True)


def _bundle(pieces, is_open):
    """One output for all pieces: their words as plain text, and the block as HTML."""
    return {"text/plain": "\n".join(piece.get("text/plain", "").rstrip("\n") for piece in pieces),
            "text/html": BLOCK.format(state=" open" if is_open else "", shown="".join(map(_as_html, pieces)))}


def _as_html(piece):
    words = html.escape(piece.get("text/plain", ""))
    if "image/png" in piece:
        width = f' width="{piece["size"]["width"]}"' if "width" in piece["size"] else ""  # its pixels are twice as fine
        return f'<img alt="{words}"{width} src="data:image/png;base64,{piece["image/png"].strip()}">'
    return piece.get("text/html", f"<pre>{words}</pre>")


def register():
    """Make ``%%result`` known to the notebook; outside of one there is nothing to do."""
    shell = get_ipython()
    if shell:
        shell.register_magic_function(result, "cell")
