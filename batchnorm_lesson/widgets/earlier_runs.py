"""What earlier runs of a cell have left in the kernel: ipywidgets and IPython's Out would keep it for ever."""
import ipywidgets as widgets
from IPython import get_ipython

from .shared import is_shared

KEPT = 3  # the last runs of a cell; an output that is still looked at somewhere is hardly older


def register():
    """Tidy up behind every cell from now on, if there is a kernel."""
    shell = get_ipython()
    if shell and _tidy not in shell.events.callbacks["post_run_cell"]:
        shell.events.register("post_run_cell", _tidy)


def _tidy(_):
    tidy(get_ipython())


def tidy(shell):
    """Let go what the cell that has just run put out some runs ago, except what the learner has given a name."""
    names = shell.user_ns
    sources, outputs = names["In"], names["Out"]
    runs = [number for number, value in outputs.items() if _is_ours(value) and sources[number] == sources[-1]]
    for number in runs[:-KEPT]:
        value = outputs.pop(number)
        shell.drop_by_id({f"_{number}": value})
        getattr(shell.history_manager, "outputs", {}).pop(number, None)  # since IPython 9
        if not any(value is other for name, other in names.items() if not name.startswith("_")):
            _close(value)


def _is_ours(value):
    return type(value).__module__.startswith(__package__.partition(".")[0])


def _close(value):
    """Close a widget and all that it is made of, in the kernel and on the page."""
    if isinstance(value, widgets.Widget) and not is_shared(value):
        for part in getattr(value, "children", ()):
            _close(part)
        value.close()
