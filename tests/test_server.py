"""The server setting of ``make lesson``, tried on a real server with a real kernel."""
import asyncio
import json
import re
import socket
from pathlib import Path

import nbformat
import pytest
from jupyter_server.serverapp import ServerApp
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

MAKEFILE = Path(__file__).resolve().parent.parent / "Makefile"


def lesson_setting():
    """The server option as ``make lesson`` passes it."""
    return re.search(r"--ServerApp\.kernel_websocket_connection_class=\S+", MAKEFILE.read_text())[0]


async def talk_to_a_kernel(folder, options):
    """Start a server, connect to a kernel; return the connection's class, its TCP_NODELAY, and the kernel's answer."""
    app = ServerApp(root_dir=str(folder), open_browser=False, port=0, ip="127.0.0.1", allow_root=True)
    app.initialize(argv=["--IdentityProvider.token=t", *options], find_extensions=False)
    await asyncio.sleep(0)  # the server binds its port in the loop's next turn
    address = f"127.0.0.1:{app.port}"
    try:
        reply = await AsyncHTTPClient().fetch(
            HTTPRequest(f"http://{address}/api/kernels?token=t", method="POST", body="{}", request_timeout=60))
        kernel = json.loads(reply.body)["id"]
        client = await websocket_connect(f"ws://{address}/api/kernels/{kernel}/channels?token=t&session_id=s")
        answer = await answer_of(client, "print(6 * 7)")
        connection = next(iter(ZMQChannelsWebsocketConnection._open_sockets))
        stream = connection.websocket_handler.ws_connection.stream
        return type(connection).__name__, stream.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0, answer
    finally:
        await app._cleanup()
        ServerApp.clear_instance()


async def answer_of(client, code):
    """What the code prints in the kernel behind a websocket."""
    header = {"msg_id": "1", "msg_type": "execute_request", "session": "s", "username": "u", "version": "5.3"}
    request = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": {"code": code}}
    await client.write_message(json.dumps(request))
    while True:
        message = json.loads(await asyncio.wait_for(client.read_message(), timeout=60))
        if message["header"]["msg_type"] == "stream":
            return message["content"]["text"]


@pytest.fixture
def own_settings(monkeypatch, tmp_path):
    """Keeps the settings and the running servers of whoever runs the tests out of them."""
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("JUPYTER_NO_CONFIG", "1")
    return tmp_path


def test_lesson_server_sends_small_messages_at_once(own_settings):
    name, no_delay, answer = asyncio.run(talk_to_a_kernel(own_settings, [lesson_setting()]))
    assert (name, no_delay, answer) == ("NoDelayConnection", True, "42\n")


def test_stock_server_works_too(own_settings):
    name, no_delay, answer = asyncio.run(talk_to_a_kernel(own_settings, []))
    assert (name, no_delay, answer) == ("ZMQChannelsWebsocketConnection", False, "42\n")


def test_a_saved_lesson_keeps_the_picture_of_a_live_view(own_settings):
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "words"}
    beside = [{"image/png": "AAAA"}, {"text/html": "<p>words</p>"}, {}]
    outputs = [nbformat.v4.new_output("display_data", view | data) for data in beside]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("explorer", outputs=outputs)])

    async def save():
        app = ServerApp(root_dir=str(own_settings), open_browser=False, port=0, ip="127.0.0.1", allow_root=True)
        setting = re.search(r"--ContentsManager\.pre_save_hook=\S+", MAKEFILE.read_text())[0]
        app.initialize(argv=[setting], find_extensions=False)
        try:
            await app.contents_manager.save({"type": "notebook", "format": "json", "content": notebook}, "mine.ipynb")
            await app.contents_manager.save({"type": "file", "format": "text", "content": "words"}, "mine.txt")
        finally:
            await app._cleanup()
            ServerApp.clear_instance()

    asyncio.run(save())
    saved = nbformat.read(own_settings / "mine.ipynb", as_version=4).cells[0]
    assert saved.source == "explorer" and (own_settings / "mine.txt").read_text() == "words"
    assert [sorted(output["data"]) for output in saved.outputs] == [
        ["image/png", "text/plain"], ["text/html", "text/plain"],
        ["application/vnd.jupyter.widget-view+json", "text/plain"]]
