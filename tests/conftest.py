"""What the tests share: finding a browser, and saying plainly what was left out."""
import importlib.util
import os
import shutil
from pathlib import Path

import pytest

# The kernel chooses matplotlib's back end; one from outside changes what a notebook's cell prints.
os.environ.pop("MPLBACKEND", None)

# Voila lives in an environment of its own: make test-app.
collect_ignore = [] if importlib.util.find_spec("voila") else ["test_app_live.py"]

IN_CI = os.environ.get("CI", "").lower() in ("1", "true")
BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge",
            "msedge"]
BROWSER_FILES = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
]


def browser_path():
    """The browser for the tests: the variable BROWSER_PATH, else Chromium, Chrome or Edge; None without any."""
    if os.environ.get("BROWSER_PATH"):
        return os.environ["BROWSER_PATH"]
    on_path = filter(None, map(shutil.which, BROWSERS))
    return next(on_path, None) or next((file for file in BROWSER_FILES if Path(file).exists()), None)


@pytest.fixture(scope="session")
def browser():
    """The path of a browser; without one, or without Playwright, the test is left out, and in CI it fails."""
    path = browser_path()
    missing = None if path else "no Chromium, Chrome or Edge was found (BROWSER_PATH may name one)"
    try:
        import playwright  # noqa: F401
    except ImportError:
        missing = "Playwright is not installed (pip install -r tests/requirements.txt)"
    if missing:
        (pytest.fail if IN_CI else pytest.skip)(missing)
    return path


@pytest.fixture(scope="module")
def kernel():
    """The client of a kernel, which the tests of a file share."""
    from jupyter_client.manager import start_new_kernel
    manager, client = start_new_kernel()
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def pytest_collection_modifyitems(items):
    """The longest of the single tests first, so that no test process is left waiting for another at the end."""
    items.sort(key=lambda item: "test_notebooks_mutations" not in item.nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """What the test processes share out: a notebook's cells, or the tests of a file that have the same parameter.

    The public way, xdist_group marks with --dist loadgroup, groups nothing since pytest 9.2, and tears the notebooks
    apart without a word: pytest-xdist 3.8 writes the group into a field that pytest no longer reads (its issue 1386).
    """
    from xdist.scheduler import LoadScopeScheduling

    class Scheduler(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file, _, test = nodeid.partition("::")
            _, bracket, parameter = test.partition("[")
            return file + bracket + parameter

    return Scheduler(config, log)


def pytest_sessionfinish(session):
    """In CI a test that was left out is a failure: nobody reads the summary of a green run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if IN_CI and reporter and reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    """What passing tests have to show, ``record_property("shown", …)``, and every reason to leave one out."""
    for report in terminalreporter.stats.get("passed", []):
        for words in [value for name, value in report.user_properties if name == "shown"]:
            terminalreporter.write_line(words)
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = [report.longrepr[-1] if isinstance(report.longrepr, tuple) else f"{report.longrepr}"
               for report in skipped]
    if reasons:
        terminalreporter.section("left out" + (", which counts as a failure in CI" if IN_CI else ""))
    for reason in dict.fromkeys(reasons):
        terminalreporter.write_line(f"{reasons.count(reason)} left out: {reason.removeprefix('Skipped: ')}.")
