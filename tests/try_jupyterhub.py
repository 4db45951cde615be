"""Tries a JupyterHub for a class: ten students log in, get the lessons, run one, move its slider, answer, hand in.

Use, as root on a computer for nothing else: make test-hub. It starts the file that a teacher copies, with an address of
its own in it, on 127.0.0.1, and makes ten accounts, which it removes. Each student speaks with the server as JupyterLab
does: pages, contents, and a kernel's websocket. Then the report reads what they saved, and a new version of the lesson
comes, which must leave all answers in it. Prints times and memory; fails where something is not as it should be.
"""
import concurrent.futures
import contextlib
import json
import os
import pwd
import re
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

import nbformat
import psutil
import requests
import websocket
from jupyter_server.services.kernels.connection.base import deserialize_binary_message

from batchnorm_lesson import exercises, report

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / "batchnorm_lesson" / "jupyter" / "jupyterhub_config.py"
PROXY = ROOT / "build" / "hub" / "node_modules" / ".bin"
STUDENTS = [f"lessons-{name}" for name in "ada ben cleo dina emil fay gus hana ivo jun".split()]
LESSON, EXERCISE, STUB = "05_work_through_a_batch_of_four.ipynb", "batch_norm", "    ...  # your code\n"
ANSWERS = {report.RIGHT: getattr(exercises, EXERCISE).written.partition("\n")[2],
           report.WRONG: "    return x - x.mean()\n", report.OPEN: STUB}
SIGNS = [report.RIGHT] * 5 + [report.WRONG] * 3 + [report.OPEN] * 2  # what the students answer
SLIDER = "x₄ value"  # of the first explorer; a prediction's slider comes before it
MOVES, PAUSE, SECONDS = 20, 0.3, 240
OLD, NEW = "# 5 · ", "# A new version of 5 · "
together = threading.Barrier(len(STUDENTS), timeout=SECONDS)


def wait_for(condition, what):
    deadline = time.monotonic() + SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what}: not within {SECONDS} s"
        time.sleep(0.1)
    return found


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True


def left_out(cells):
    """The outputs of cells that are both a picture and a live view."""
    return [output for cell in cells for output in cell.get("outputs", [])
            if {"image/png", "application/vnd.jupyter.widget-view+json"} <= set(output.get("data", {}))]


class Student:
    """A student's browser: the session, and the kernel of one notebook."""

    def __init__(self, hub, name, password):
        self.hub, self.name, self.password = hub, name, password
        self.web, self.home = requests.Session(), f"{hub}/user/{name}"

    def log_in(self, password):
        """Whether the hub lets the student in."""
        page = self.web.get(f"{self.hub}/hub/login")
        page = self.web.post(f"{self.hub}/hub/login", {"username": self.name, "password": password,
                                                       "_xsrf": self.cookie("/hub/")}, params={"next": "/hub/home"})
        return page.ok and page.url.endswith("/hub/home")

    def cookie(self, path):
        return next(cookie.value for cookie in self.web.cookies if cookie.name == "_xsrf" and cookie.path == path)

    def call(self, method, place, **more):
        answer = self.web.request(method, f"{self.home}/{place}", timeout=SECONDS,
                                  headers={"X-XSRFToken": self.cookie(f"/user/{self.name}/")}, **more)
        assert answer.ok, f"{answer.status_code} {place}: {answer.text[:300]}"
        return answer

    def start(self):
        """Start the student's server; the page that opens is nbgitpuller's, and what it asks for is done."""
        self.web.get(f"{self.hub}/hub/spawn/{self.name}")
        page = wait_for(lambda: (page := self.web.get(f"{self.home}/")).ok and "/git-pull" in page.url and page,
                        "a server")
        self.asked = page.url.partition("?")[2]
        self.get_the_lessons()

    def get_the_lessons(self):
        said = self.call("GET", f"git-pull/api?{self.asked}&_xsrf={self.cookie(f'/user/{self.name}/')}").text
        assert '"phase": "finished"' in said, said

    def open(self, lesson):
        self.place = f"api/contents/lessons/notebooks/{lesson}"
        self.notebook = nbformat.from_dict(self.call("GET", self.place).json()["content"])
        session = self.call("POST", "api/sessions", json={
            "path": f"lessons/notebooks/{lesson}", "type": "notebook", "name": "",
            "kernel": {"name": "python3"}}).json()
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.web.cookies
                            if f"/user/{self.name}/".startswith(cookie.path))
        self.kernel = session["kernel"]["id"]
        self.socket = websocket.create_connection(
            f"{self.home.replace('http', 'ws')}/api/kernels/{self.kernel}/channels?session_id=browser",
            cookie=cookies, origin=self.hub, timeout=SECONDS)
        self.widgets = {}

    def send(self, kind, content):
        name = uuid.uuid4().hex
        header = {"msg_id": name, "username": self.name, "session": "browser", "msg_type": kind, "version": "5.3"}
        self.socket.send(json.dumps({"header": header, "parent_header": {}, "metadata": {}, "content": content,
                                     "channel": "shell", "buffers": []}))
        return name

    def heard(self, parent):
        """What the kernel says to a message, until it is idle again."""
        while True:
            data = self.socket.recv()
            message = deserialize_binary_message(data) if isinstance(data, bytes) else json.loads(data)
            kind, content = message["header"]["msg_type"], message["content"]
            if kind == "comm_open":
                self.widgets[content["comm_id"]] = content["data"]["state"]
            if message["parent_header"].get("msg_id") != parent or message["channel"] != "iopub":
                continue
            if kind == "status" and content["execution_state"] == "idle":
                return
            yield message

    def run(self, source):
        """The outputs of code."""
        asked = self.send("execute_request", {"code": source, "silent": False, "store_history": True,
                                              "user_expressions": {}, "allow_stdin": False, "stop_on_error": True})
        kinds = ("execute_result", "display_data", "stream", "error")
        return [nbformat.v4.output_from_msg(message) for message in self.heard(asked)
                if message["header"]["msg_type"] in kinds]

    def run_all(self, answer):
        """Answer the exercise, run all cells, and note when the first picture with a slider was there."""
        self.first = None
        for count, cell in enumerate((cell for cell in self.notebook.cells if cell.cell_type == "code"), 1):
            if f"exercises.{EXERCISE}.check" in cell.source:
                cell.source = cell.source.replace(STUB, answer)
                assert answer in cell.source
            cell.outputs, cell.execution_count = self.run(cell.source), count
            assert not [output for output in cell.outputs if output.output_type == "error"], cell.outputs
            if not self.first and self.sliders():
                self.first = time.monotonic()

    def sliders(self):
        return [name for name, state in self.widgets.items() if state.get("description") == SLIDER]

    def move(self, position):
        """Move the first slider to a position from 0 to 1: seconds until the new picture has come."""
        slider = self.sliders()[0]
        low, high, step = (self.widgets[slider][name] for name in ("min", "max", "step"))
        value = low + step * round(position * (high - low) / step)
        begin, came = time.monotonic(), None
        asked = self.send("comm_msg", {"comm_id": slider, "data": {
            "method": "update", "state": {"value": value}, "buffer_paths": []}})
        for message in self.heard(asked):
            if message["header"]["msg_type"] == "comm_msg" and any(
                    bytes(part).startswith(b"\x89PNG") for part in message.get("buffers", [])):
                came = time.monotonic() - begin
        assert came, "no picture followed the slider"
        return came

    def save(self):
        """Save the notebook; with the lessons' settings no live view is left that has a picture beside it."""
        self.call("PUT", self.place, json={"type": "notebook", "format": "json", "content": self.notebook})
        saved = nbformat.from_dict(self.call("GET", self.place).json()["content"])
        assert not left_out(saved.cells) and left_out(self.notebook.cells)

    def memory(self):
        """Megabytes of the server and of the kernels: what they share with others is counted once, in parts."""
        sizes = {True: 0, False: 0}
        for process in psutil.process_iter(["uids", "cmdline"]):
            with contextlib.suppress(psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
                if process.info["uids"].real == pwd.getpwnam(self.name).pw_uid:
                    pss = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{process.pid}/smaps_rollup").read_text(), re.M)
                    sizes["ipykernel_launcher" in process.info["cmdline"]] += int(pss[1]) / 1000
        return sizes[False], sizes[True]


def work(student, sign):
    """What a student does in a lesson: the times."""
    assert not student.log_in("a wrong password") and student.log_in(student.password)
    logged_in = time.monotonic()
    student.start()
    student.open(LESSON)
    opened = time.monotonic()
    student.run_all(ANSWERS[sign])
    together.wait()  # all ten are at work
    moves = []
    for number in range(MOVES):
        moves.append(student.move((number * 0.37 + 0.1) % 1))
        time.sleep(PAUSE)
    together.wait()
    times = {"open": opened - logged_in, "first": student.first - logged_in, "moves": moves}
    student.save()
    return times


def try_the_limits(student, other):
    """What one student does must not reach the others."""
    said = student.run("import numpy\ntry:\n    numpy.ones(400_000_000)\nexcept MemoryError:\n    print('too large')")
    assert [output.get("text") for output in said] == ["too large\n"], said
    said = student.run(f"import os\ntry:\n    os.listdir('{pwd.getpwnam(other.name).pw_dir}')\n"
                       "except PermissionError:\n    print('not yours')")
    assert [output.get("text") for output in said] == ["not yours\n"], said
    assert student.web.get(f"{other.home}/api/contents").status_code in (403, 404)


def folders(scratch):
    """The teacher's folder with what was handed in: a link to each student's lessons."""
    there = scratch / "class"
    there.mkdir()
    for name in STUDENTS:
        (there / name).symlink_to(Path(pwd.getpwnam(name).pw_dir) / "lessons" / "notebooks")
    return there


def git(folder, *words):
    subprocess.run(["git", "-C", folder, "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True,
                   capture_output=True)


@contextlib.contextmanager
def running(command, log, **options):
    """A program that is ended with what it has started."""
    with open(log, "w") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, **options)
        try:
            yield process
        except BaseException:
            print(Path(log).read_text()[-5000:])
            raise
        finally:
            process.terminate()
            process.wait(60)


@contextlib.contextmanager
def accounts(scratch):
    """Accounts for all students, with homes of their own: a password for each."""
    known = {entry.pw_name for entry in pwd.getpwall()} & set(STUDENTS)
    assert not known, f"there are such accounts already: {known}"
    passwords = {name: secrets.token_hex(8) for name in STUDENTS}
    lines = (f"{name}:{password}:::{name}:{scratch}/{name}:/bin/bash" for name, password in passwords.items())
    try:
        subprocess.run(["newusers"], input="\n".join(lines) + "\n", text=True, check=True)
        for name in STUDENTS:
            (scratch / name).chmod(0o700)
        yield passwords
    finally:
        for name in STUDENTS:  # a kernel may take a moment to end
            wait_for(lambda name=name: removed(name), f"{name} has no account")


def removed(name):
    return subprocess.run(["userdel", name], capture_output=True).returncode in (0, 6)  # 6: there is no such account


def try_class(hub, lessons, passwords, scratch):
    students = [Student(hub, name, password) for name, password in passwords.items()]
    with concurrent.futures.ThreadPoolExecutor(len(students)) as pool:
        times = list(pool.map(work, students, SIGNS))
        servers, kernels = zip(*(student.memory() for student in students))
    try_the_limits(*students[:2])
    for name, found in (("log-in to lesson open", [each["open"] for each in times]),
                        ("log-in to first slider", [each["first"] for each in times]),
                        ("a move, all at work", [move for each in times for move in each["moves"]])):
        print(f"{name:24} median {statistics.median(found):7.3f} s, slowest {max(found):7.3f} s")
    for name, found in (("a student's server", servers), ("a student's kernel", kernels)):
        print(f"{name:24} median {statistics.median(found):5.0f} MB, largest {max(found):5.0f} MB")

    handed_in = folders(scratch)
    command = [sys.executable, "-m", "batchnorm_lesson", "report", handed_in]
    print(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    table, _, unread = report.read(handed_in)
    assert {name: row[EXERCISE] for name, row in table.items()} == dict(zip(STUDENTS, SIGNS)) and not unread

    path = lessons / "notebooks" / LESSON
    path.write_text(path.read_text().replace(OLD, NEW, 1))
    git(lessons, "commit", "--all", "--message", "A new version")
    for student, sign in zip(students, SIGNS):
        student.get_the_lessons()
        text = [cell["source"] for cell in student.call("GET", student.place).json()["content"]["cells"]]
        assert NEW in text[0] and any(ANSWERS[sign] in source for source in text), student.name
    print(f"A new version reached all {len(students)}, with their answers in it.")


def main():
    if os.geteuid():
        sys.exit("It makes accounts: start it as root, on a computer that is for nothing else.")
    others = ["su", "nobody", "-s", "/bin/sh", "-c", f"{sys.executable} --version"]
    if subprocess.run(others, capture_output=True).returncode:
        sys.exit("Other accounts cannot run this Python: make PYTHON=/usr/bin/python3 test-hub, after make clean.")
    with tempfile.TemporaryDirectory() as folder:
        scratch, port, git_port = Path(folder), free_port(), free_port()
        scratch.chmod(0o711)
        lessons = scratch / "served" / "lessons"
        subprocess.run(["git", "clone", "--quiet", ROOT, lessons], check=True)
        config, proxy = CONFIG.read_text(), free_port()
        for old, new in (("https://github.com/OWNER/NAME", f"git://127.0.0.1:{git_port}/lessons"),
                         ("http://127.0.0.1:8000", f"http://127.0.0.1:{port}")):
            assert config.count(old) == 1, old
            config = config.replace(old, new)
        own = f'c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy}"\nc.JupyterHub.hub_port = {free_port()}\n'
        (scratch / "jupyterhub_config.py").write_text(config + own)
        daemon = ["git", "daemon", "--export-all", "--listen=127.0.0.1", f"--port={git_port}",
                  f"--base-path={scratch}/served"]
        path = os.pathsep.join([str(PROXY), os.environ["PATH"]])
        hub = [str(Path(sys.executable).with_name("jupyterhub")), "-f", "jupyterhub_config.py"]
        with (accounts(scratch) as passwords, running(daemon, scratch / "daemon.log"),
              running(hub, scratch / "hub.log", cwd=scratch, env={**os.environ, "PATH": path})):
            wait_for(lambda: listens(port) and requests.get(f"http://127.0.0.1:{port}/hub/api").ok, "the hub")
            try_class(f"http://127.0.0.1:{port}", lessons, passwords, scratch)


if __name__ == "__main__":
    main()
