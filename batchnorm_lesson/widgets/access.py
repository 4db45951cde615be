"""What ipywidgets leaves out for the keyboard and for screen readers is mended in the page, by access.js.

ipywidgets gives a slider's handle no name and a picture no alternative text (issue 2650 of jupyter-widgets/ipywidgets),
and forgets a number that is typed and left with Tab (issue 2535); what is typed after a click into it joins the digits
that are there. Notebook 7 takes the arrow keys before a slider does. And a picture is not for looking at alone: its
points that a slider moves can be dragged.
"""
import weakref
from pathlib import Path

PAGE = Path(__file__).with_name("access.js")
boxes = weakref.WeakValueDictionary()  # what hears, by its ``at_rest``, that nothing in it moves any more: by model_id
_mender = None


def mender():
    """A list with the kernel's one invisible widget that mends each box it stands in; an empty one without anywidget.

    Source: anywidget, "Anywidget Front-End Module (AFM)"; Colab and Pyodide do not bring it, and do without.
    """
    global _mender
    try:
        from anywidget import AnyWidget
    except ImportError:
        return []
    from .shared import layout, shared  # not above: a check can do without widgets
    _mender = shared(AnyWidget, _esm=PAGE.read_text(encoding="utf-8"), layout=layout(display="none"))
    _mender.on_msg(_heard)
    return [_mender]


def _heard(_, message, __):
    box = boxes.get(message.get("rest"))
    if box is not None:
        box.at_rest()


def say(words):
    """Have words read by a screen reader, if the page has a box that is mended."""
    if _mender is not None:
        _mender.send({"say": words})
