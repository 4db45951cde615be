"""Two settings of the Jupyter server, for smooth drags and for saved notebooks; the folder jupyter/ switches them on.

While a slider is dragged, the kernel sends many small messages. By default TCP holds a small message back
until the browser has acknowledged the one before, and the browser waits about 40 ms with that. Everything
works without this setting, at about 20 pictures a second.

A live view that is saved is an error message when the notebook is opened again: "model not found". The picture
that stands beside it in the output is what a reader can use then. And a lesson that was only opened and saved should
be the file that it was.
"""
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


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
