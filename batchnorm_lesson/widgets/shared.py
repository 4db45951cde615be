"""Widgets that share their looks: ipywidgets never gives back the 3 KiB of a Layout or a style, nor does the page."""
import functools

import ipywidgets as widgets

_shared = {}


def shared(kind, **traits):
    """One widget of a kind for all that look alike; nobody may change it."""
    key = (kind, *sorted(traits.items(), key=lambda trait: trait[0]))
    if key not in _shared or _shared[key].comm is None:  # it may have been closed with all others
        _shared[key] = kind(**traits)
    return _shared[key]


def is_shared(widget):
    """Whether other widgets use it, too."""
    return any(widget is other for other in _shared.values())


layout = functools.partial(shared, widgets.Layout)


def widget(kind, look=None, style=None, **traits):
    """A widget of a kind, with a shared Layout of those traits, and a shared style."""
    return kind(layout=layout(**look or {}), style=shared(kind.style.klass, **style or {}), **traits)
