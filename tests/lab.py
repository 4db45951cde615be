"""JupyterLab in a headless browser, for the browser tests and for the benchmark."""
import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import TimeoutError, sync_playwright  # noqa: F401

from batchnorm_lesson.server import SETTINGS as LESSON_SETTINGS

ROOT = Path(__file__).resolve().parent.parent
SCREEN = {"width": 1366, "height": 768}
FLAGS = ["--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
SETTINGS = {
    # Every cell stays in the page, so that one look finds them all.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
    # A test that closes the page without an answer would wait for a dialog.
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}

@contextlib.contextmanager
def server(folder, scratch, *options, stock=False, settings=()):
    """A JupyterLab of its own over a folder; yields the address, with the token. Its own files are kept in scratch.

    It has the settings that ``python -m batchnorm_lesson`` gives it, unless it is a stock one; those in the folders
    ``settings`` count more.
    """
    scratch = Path(scratch)
    own = {name: str(scratch / name.lower()) for name in
           ("JUPYTER_CONFIG_DIR", "JUPYTER_CONFIG_PATH", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR",
            "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR", "IPYTHONDIR")}
    _write(Path(own["JUPYTER_CONFIG_PATH"]) / "labconfig" / "default_setting_overrides.json", SETTINGS)
    if not stock:
        own["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
            [own["JUPYTER_CONFIG_PATH"], *map(str, settings), str(LESSON_SETTINGS)])
    token = secrets.token_hex(8)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--expose-app-in-browser",
               "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", f"--ServerApp.root_dir={folder}",
               f"--IdentityProvider.token={token}", *(["--allow-root"] if AS_ROOT else []), *options]
    with (scratch / "server.log").open("w") as log:
        process = subprocess.Popen(command, env={**os.environ, **own}, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield _address(process, Path(own["JUPYTER_RUNTIME_DIR"]), scratch / "server.log") + f"lab?token={token}"
    finally:
        process.terminate()
        process.wait(20)


def _write(file, settings):
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(settings))


def _address(process, runtime, log):
    """The address that a starting server writes into its runtime folder."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        for file in runtime.glob("jpserver-*.json"):
            with contextlib.suppress(ValueError):  # the file may be half written
                return json.loads(file.read_text())["url"]
        time.sleep(0.05)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")


@contextlib.contextmanager
def browser_page(browser_path, address):
    """JupyterLab in a headless browser, 1366 × 768 pixels; the page's errors are collected in ``page.errors``."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS + ["--no-sandbox"] * AS_ROOT)
        page = browser.new_page(viewport=SCREEN)
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(error.stack or str(error)))
        page.on("console", lambda message: message.type == "error" and page.errors.append(message.text))
        page.goto(address)
        page.wait_for_function("() => window.jupyterapp?.restored.then(() => true)")
        yield page
        browser.close()


def open_notebook(page, name):
    """Open a notebook, as the only one, and wait until its kernel answers."""
    page.evaluate("path => void jupyterapp.commands.execute('docmanager:open', {path, factory: 'Notebook'})", name)
    wait_for_kernel(page, name)


def wait_for_kernel(page, name):
    """Wait until a notebook is open and its kernel answers; cells that are run earlier may not run at all."""
    page.wait_for_function("name => window.jupyterapp?.shell.currentWidget?.context?.path == name", arg=name)
    page.evaluate("""async () => {
        const panel = jupyterapp.shell.currentWidget;
        await panel.context.ready;
        await panel.sessionContext.ready;
        await panel.sessionContext.session.kernel.info;
    }""")


def run_all(page):
    """Run all cells and wait for the end."""
    page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")


def close_notebook(page):
    """End the kernel and close the notebook without saving it."""
    page.evaluate("""async () => {
        const panel = jupyterapp.shell.currentWidget;
        await panel.sessionContext.shutdown();
        panel.dispose();
    }""")


def cell_kinds(page):
    """The kind of each cell of the open notebook, as it is now: "code", "markdown" or "raw"."""
    return page.evaluate("() => jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model.type)")


THEMES = ["JupyterLab Light", "JupyterLab Dark"]


def theme(page):
    """The name of the theme that the page has."""
    return page.evaluate("() => document.body.dataset.jpThemeName")


def set_theme(page, name):
    """Change the theme and wait until it shows, and what JupyterLab shows meanwhile is gone.

    Two changes within 200 milliseconds are an error in JupyterLab 4.6: it takes its splash from the page twice.
    """
    page.evaluate("name => jupyterapp.commands.execute('apputils:change-theme', {theme: name})", name)
    page.wait_for_function("""name => document.body.dataset.jpThemeName == name
        && !document.getElementById('jupyterlab-splash')
        && getComputedStyle(document.body).getPropertyValue('--jp-layout-color0')""", arg=name)


@contextlib.contextmanager
def nothing_scrolled_away(page):
    """The open notebook stands in a pane as high as itself: axe-core passes over what a pane has scrolled away.

    The window stays as it is, so that nothing more than before has to be painted.
    """
    height = page.evaluate("""() => {
        const pane = document.querySelector('.jp-WindowedPanel-outer');
        pane.scrollTo(0, 0);
        return pane.scrollHeight;
    }""")
    style = page.add_style_tag(content=f".jp-WindowedPanel-outer, :has(.jp-WindowedPanel-outer) {{ "
                                       f"height: {height + 200}px !important }}")
    yield
    style.evaluate("style => style.remove()")
