"""What ``python -m batchnorm_lesson`` sets, tried on a real server with a real kernel."""
import asyncio
import importlib
import json
import socket
import subprocess
import sys
import tomllib
from datetime import timedelta
from pathlib import Path

import nbformat
import pytest
from jupyter_server.serverapp import ServerApp
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

from batchnorm_lesson import __main__ as command, lessons, server

ROOT = Path(__file__).resolve().parent.parent


def lesson_settings():
    """The server's settings as options."""
    settings = json.loads((server.SETTINGS / "jupyter_server_config.json").read_text())
    return [f"--{name}.{trait}={value}" for name, traits in settings.items() for trait, value in traits.items()]


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
    name, no_delay, answer = asyncio.run(talk_to_a_kernel(own_settings, lesson_settings()))
    assert (name, no_delay, answer) == ("NoDelayConnection", True, "42\n")


def test_stock_server_works_too(own_settings):
    name, no_delay, answer = asyncio.run(talk_to_a_kernel(own_settings, []))
    assert (name, no_delay, answer) == ("ZMQChannelsWebsocketConnection", False, "42\n")


async def what_is_left_of(options, idle, busy=False):
    """Whether a kernel that somebody has open in a tab is still there after so many idle seconds, and its place."""
    app = ServerApp(open_browser=False, port=0, ip="127.0.0.1", allow_root=True)
    app.initialize(argv=options, find_extensions=False)
    kernels = app.kernel_manager
    try:
        kernel = await kernels.start_kernel()
        kernels.notify_connect(kernel)
        kernels.get_kernel(kernel).last_activity -= timedelta(seconds=idle)
        kernels.get_kernel(kernel).execution_state = "busy" if busy else "idle"
        await kernels.cull_kernel_if_idle(kernel)
        return kernel in kernels, kernels._initialized_culler and kernels._culler_callback is not None
    finally:
        await app._cleanup()
        ServerApp.clear_instance()


@pytest.mark.parametrize("hours, busy, stays", [(3.9, False, True), (4.1, False, False), (9, True, True)])
def test_a_kernel_is_ended_after_four_idle_hours_and_not_over_lunch(own_settings, hours, busy, stays):
    """A student who leaves a lesson open keeps the text in any case, and the kernel for half a day."""
    assert asyncio.run(what_is_left_of(lesson_settings(), 3600 * hours, busy)) == (stays, True)


def save_on_a_server(folder, *models):
    """Save contents on a server that has the lessons' settings."""
    async def save():
        app = ServerApp(root_dir=str(folder), open_browser=False, port=0, ip="127.0.0.1", allow_root=True)
        app.initialize(argv=lesson_settings(), find_extensions=False)
        try:
            for name, model in models:
                await app.contents_manager.save(model, name)
        finally:
            await app._cleanup()
            ServerApp.clear_instance()

    asyncio.run(save())


def as_model(notebook):
    return {"type": "notebook", "format": "json", "content": notebook}


def test_a_saved_lesson_keeps_the_picture_of_a_live_view(own_settings):
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "words"}
    beside = [{"image/png": "AAAA"}, {"text/html": "<p>words</p>"}, {}]
    outputs = [nbformat.v4.new_output("display_data", view | data) for data in beside]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("explorer", outputs=outputs)])
    save_on_a_server(own_settings, ("mine.ipynb", as_model(notebook)),
                     ("mine.txt", {"type": "file", "format": "text", "content": "words"}))
    saved = nbformat.read(own_settings / "mine.ipynb", as_version=4).cells[0]
    assert saved.source == "explorer" and (own_settings / "mine.txt").read_text() == "words"
    assert [sorted(output["data"]) for output in saved.outputs] == [
        ["image/png", "text/plain"], ["text/html", "text/plain"],
        ["application/vnd.jupyter.widget-view+json", "text/plain"]]


def test_opening_and_saving_changes_no_byte(own_settings):
    """JupyterLab adds what it learns of the kernel's language to every notebook that is opened."""
    lesson = lessons.folder() / "notebooks" / "01_compute_the_batch_mean.ipynb"
    opened = nbformat.read(lesson, as_version=4)
    opened.metadata["language_info"] |= {"version": "3.11.7", "mimetype": "text/x-python", "codemirror_mode": {}}
    opened.cells[2].metadata["execution"] = {"iopub.status.busy": "now"}
    opened.cells[0].metadata["trusted"] = True
    save_on_a_server(own_settings, ("lesson.ipynb", as_model(opened)))
    assert (own_settings / "lesson.ipynb").read_bytes() == lesson.read_bytes()


def test_another_language_keeps_what_is_known_of_it(own_settings):
    notebook = nbformat.v4.new_notebook(metadata={"language_info": {"name": "R", "version": "4"}})
    save_on_a_server(own_settings, ("r.ipynb", as_model(notebook)))
    saved = nbformat.read(own_settings / "r.ipynb", as_version=4)
    assert saved.metadata["language_info"] == {"name": "R", "version": "4"}


# The command

@pytest.fixture
def started(monkeypatch):
    """What JupyterLab is started with, by the command of these words."""
    def start(*words):
        options = []
        monkeypatch.setattr(server, "launch", lambda given, *_: options.extend(given))
        command.main(list(words))
        return options
    return start


@pytest.mark.parametrize("given, found", [
    ("", "00_see_why_normalize"), ("3", "03_normalize_the_batch"), ("03 --no-browser", "03_normalize_the_batch"),
    ("notebooks/03_normalize_the_batch.ipynb", "03_normalize_the_batch"), ("--no-browser", "00_see_why_normalize"),
    ("--no-browser 07", "07_follow_the_gradients"), ("--port 8889 7", "07_follow_the_gradients"),
    ("--port=8889 05_work_through_a_batch_of_four.ipynb", "05_work_through_a_batch_of_four")])
def test_the_command_opens_the_first_lesson_or_the_one_that_is_named(started, given, found):
    options = started(*given.split())
    assert f"--LabApp.default_url=/lab/tree/notebooks/{found}.ipynb" in options
    assert options[-given.count("--no-browser"):] == ["--no-browser"] or "--no-browser" not in given
    assert ("8889" in options) == ("--port " in given) and not [word for word in options if word.endswith("07")]


@pytest.mark.parametrize("given", ["42", "99_no.ipynb", "--no-browser 42", "03_no.ipynb"])
def test_a_lesson_that_is_not_there_is_named(started, given):
    with pytest.raises(SystemExit, match=rf"^There is no lesson {given.split()[-1]}. The lessons are: 00, 01, 02, "):
        started(*given.split())


def test_help_lists_what_there_is_and_an_unknown_word_too(capsys):
    command.main(["--help"])
    listed = capsys.readouterr().out
    with pytest.raises(SystemExit, match="^There is no command slidse") as refused:
        command.main(["slidse"])
    assert str(refused.value).endswith(command.HELP) and listed.strip() == command.HELP
    assert all(f"-m batchnorm_lesson {name} " in listed for name in command.COMMANDS)
    assert max(map(len, listed.splitlines())) <= 120


@pytest.mark.parametrize("name", command.COMMANDS)
def test_every_subcommand_is_there_and_says_what_it_lacks(name, monkeypatch):
    """Its module has a main(), which gets the words behind its name; pip's word for what it needs is the project's."""
    module, needs, _ = command.COMMANDS[name]
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert set(needs.split(",")) <= set(extras)
    pytest.importorskip("latex2mathml" if name == "pages" else "json", reason="latex2mathml is not installed")

    def main(given):
        assert given == ["a", "-b"]
        raise ModuleNotFoundError("No module named 'voila'")
    monkeypatch.setattr(importlib.import_module(f"batchnorm_lesson.{module}"), "main", main)
    with pytest.raises(SystemExit, match=rf'^No module named .voila.\. What this needs: .*install -e "\.\[{needs}\]"$'):
        command.main([name, "a", "-b"])


def test_the_command_has_the_settings_and_starts_a_server(own_settings, monkeypatch):
    monkeypatch.delenv("JUPYTER_NO_CONFIG")
    run = subprocess.run([sys.executable, "-m", "batchnorm_lesson", "--show-config-json"], cwd=lessons.folder(),
                         capture_output=True, text=True, timeout=60)
    shown = json.loads(run.stdout[run.stdout.index("{"):])
    assert shown["ServerApp"]["kernel_websocket_connection_class"] == "batchnorm_lesson.server.NoDelayConnection"
    assert shown["ContentsManager"]["pre_save_hook"] == "batchnorm_lesson.server.as_committed"
    assert shown["LabApp"]["default_url"].endswith("00_see_why_normalize.ipynb")


def test_without_lessons_the_command_says_where_to_go(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lessons, "__file__", str(tmp_path / "site" / "package" / "lessons.py"))
    with pytest.raises(SystemExit, match="Go to the folder of the lessons"):
        lessons.folder()
