"""JupyterLab as the lessons start it, and two settings of its server: for smooth drags, and for saved notebooks.

The folder jupyter/ switches the settings on.

While a slider is dragged, the kernel sends many small messages. By default TCP holds a small message back
until the browser has acknowledged the one before, and the browser waits about 40 ms with that. Everything
works without this setting, at about 20 pictures a second.

A live view that is saved is an error message when the notebook is opened again: "model not found". The picture
that stands beside it in the output is what a reader can use then. And a lesson that was only opened and saved should
be the file that it was.
"""
import os
from pathlib import Path

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

from .lessons import chosen, folder

SETTINGS = Path(__file__).parent / "jupyter"


def main(given):
    """Open the first lesson, or the one that is named; options go to JupyterLab."""
    lesson, more = chosen(given)
    launch(options_for(f"notebooks/{lesson.path.name}", more), SETTINGS)


def options_for(page, more):
    """The options that show a page of the lessons' folder, and only to this machine."""
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return [f"--ServerApp.root_dir={folder()}", f"--LabApp.default_url=/lab/tree/{page}",
            "--ServerApp.ip=127.0.0.1", *as_root, *more]


def launch(options, *settings):
    """Start JupyterLab with folders of settings, of which the first counts most; it ends with Ctrl+C twice."""
    from jupyterlab.labapp import LabApp
    known = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join([*map(str, settings), *filter(None, [known])])
    # The notebooks choose their own back end; one from outside changes what a cell prints.
    os.environ.pop("MPLBACKEND", None)
    print("If no browser opens, open the http://127.0.0.1 address that appears below. Ctrl+C twice stops.", flush=True)
    LabApp.launch_instance(options)


class NoDelayConnection(ZMQChannelsWebsocketConnection):
    """A kernel's websocket that sends every message at once (TCP_NODELAY).

    Source: Jupyter Server's ``ServerApp.kernel_websocket_connection_class``; Tornado's
    ``WebSocketHandler.set_nodelay``.
    """

    def connect(self):
        """Connect as the parent class does, with the delay switched off."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()


def as_committed(model, **_):
    """Before a notebook is saved: leave out what a reader did not write and cannot use.

    That is each live view that has a picture or a text of its own beside it, and what JupyterLab notes down of the
    kernel's language and of the cells whenever a notebook is opened or run.
    Source: Jupyter Server's ``ContentsManager.pre_save_hook``, which hands over the contents ``model``.
    """
    if model["type"] != "notebook":
        return
    notebook = model["content"]
    language = notebook["metadata"].get("language_info", {})
    if language.get("name") == "python":
        notebook["metadata"]["language_info"] = {"name": "python"}
    for cell in notebook["cells"]:
        for noted in ("execution", "trusted"):
            cell["metadata"].pop(noted, None)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" in data or "text/html" in data:
                data.pop("application/vnd.jupyter.widget-view+json", None)
