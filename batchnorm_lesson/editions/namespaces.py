"""In a show of several lessons each lesson has its own variables, though all of them share one kernel.

Lesson 0 and lesson 3 both call their digits ``images``, and these are not the same: without this, a lesson to which
the show comes back, or a cell that is run again, would take another lesson's numbers. A cell's id says which lesson it
belongs to: ``lesson3-cell-08``.
"""
import re

from IPython import get_ipython

_kept = {}  # lesson: its variables, while another lesson has the kernel
_now = None  # the lesson that has it


def separate():
    """From now on every cell is run with the variables of its own lesson."""
    events = get_ipython().events
    if _change not in events.callbacks["pre_run_cell"]:
        events.register("pre_run_cell", _change)


def _change(info):
    """Before a cell is run: put away one lesson's variables, bring the other's. A cell of no lesson changes nothing."""
    global _now
    lesson = re.match(r"lesson\d+(?=-)", info.cell_id or "")
    if lesson is None or lesson[0] == _now:
        return
    shell = get_ipython()
    own = {name: value for name, value in shell.user_ns.items()
           if not name.startswith("_") and name not in shell.user_ns_hidden}
    if _now is not None:  # the first lesson keeps what it finds
        _kept[_now] = own
        for name in own:
            del shell.user_ns[name]
    _now = lesson[0]
    shell.user_ns.update(_kept.get(_now, {}))
