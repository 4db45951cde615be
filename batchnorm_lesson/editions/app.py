"""``python -m batchnorm_lesson app`` shows the lessons without code, for a tablet or a public screen.

Explorers, predictions and quizzes are live; exercises, which ask for code, are left out. A visitor cannot run code.
Options go to Voila: ``python -m batchnorm_lesson app --port=8080 --Voila.ip=0.0.0.0`` lets other machines in.
"""
import json
import os
import tempfile
from pathlib import Path

from ..lessons import folder, lessons
from ..server import SETTINGS

LEFT_OUT = ("exercise", "how-to-run", "typing")
MINUTES = 10  # that a kernel waits for a page whose connection is lost, and a page for a lesson that is still running
WIDGETS = ["anywidget", "@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager7",
           "@voila-dashboards/widgets-manager8"]  # Voila chooses between the last two by the version of ipywidgets


def write_copies(source, target):
    """Write the lessons of one folder, as the app shows them, into another: what the start page says of each."""
    contents = []
    for lesson in lessons(source):
        made = lesson.without(*LEFT_OUT, link=lambda name: "../.." if name == "README.md" else name)
        made.metadata["title"] = lesson.title
        (target / lesson.path.name).write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
        contents.append({"file": lesson.path.name, "title": lesson.title, "goal": lesson.goal})
    return contents


def set_xsrf_cookie(request, **_):
    """A page that is closed tells Voila to end its kernel, and is believed if it has the cookie that this line sets."""
    _ = request.xsrf_token


def settings(contents):
    """Voila's settings: a page comes at once and fills while its lesson runs; nothing is fetched from elsewhere."""
    return {
        "VoilaConfiguration": {"template": "lesson", "progressive_rendering": True, "extension_allowlist": WIDGETS,
                               "page_config_hook": lambda page, **_: page.update(lessons=contents) or page,
                               "prelaunch_hook": set_xsrf_cookie,
                               "multi_kernel_manager_class": "batchnorm_lesson.editions.kernels.SpareKernelManager"},
        # Voila hears no sign of life from a page before its lesson has run, and by default gives it up after 90 s.
        "Voila": {"tornado_settings": {"ws_ping_timeout": 60_000 * MINUTES},
                  "kernel_websocket_connection_class": "batchnorm_lesson.server.NoDelayConnection"},
        "MappingKernelManager": {"cull_idle_timeout": 60 * MINUTES, "cull_interval": 60},
    }


def begin_with_the_imports(place):
    """Every kernel imports what the lessons need, and draws for the first time, as it starts. ``place`` is IPython's
    folder.

    Source: IPython's ``IPYTHONDIR`` and ``IPKernelApp.exec_lines``.
    """
    profile = place / "profile_default"
    profile.mkdir()
    lines = ["import batchnorm_lesson.exercises, batchnorm_lesson.explorers",
             "batchnorm_lesson.figures.balance([3, 9, 11, 17], 10)", "del batchnorm_lesson"]
    (profile / "ipython_kernel_config.py").write_text(f"c.IPKernelApp.exec_lines = {lines}\n", encoding="utf-8")
    os.environ["IPYTHONDIR"] = str(place)


def main(given):
    """Start Voila; it ends with Ctrl+C."""
    from traitlets.config import Config
    from voila.app import Voila
    # Voila looks for its templates where Jupyter keeps data.
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(SETTINGS), os.environ.get("JUPYTER_PATH")]))
    os.environ.pop("MPLBACKEND", None)  # the lessons choose their own back end
    with tempfile.TemporaryDirectory() as copies, tempfile.TemporaryDirectory() as ipython:
        contents = write_copies(folder(), Path(copies))
        begin_with_the_imports(Path(ipython))
        Voila.launch_instance([copies, *given], config=Config(settings(contents)))

