"""What the tests share: finding a browser, and saying plainly what was left out."""
import importlib.util
import os
import re
import shutil
import time
from pathlib import Path

import pytest

# The kernel chooses matplotlib's back end; one from outside changes what a notebook's cell prints.
os.environ.pop("MPLBACKEND", None)

# Two test processes and their kernels share two processors; with threads of its own, NumPy only waits for them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

ROUNDINGS = int(os.environ.get("ROUNDINGS", 0))  # set by tests/processors.py

# Voila lives in an environment of its own: make test-app.
collect_ignore = [] if importlib.util.find_spec("voila") else ["test_app_live.py"]

# With THOROUGH=1, as in continuous integration: also what a change seldom breaks, the tests marked as thorough.
THOROUGH = os.environ.get("THOROUGH", "").lower() in ("1", "true")
thorough = pytest.mark.thorough
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


def pytest_configure(config):
    config.addinivalue_line("markers", "thorough: what a change seldom breaks")


def pytest_generate_tests(metafunc):
    """With ROUNDINGS, each test that holds a training against bounds is done so many times."""
    if ROUNDINGS and "within" in metafunc.fixturenames:
        metafunc.parametrize("within", range(1, ROUNDINGS + 1), indirect=True, ids="rounding {}".format)


@pytest.fixture
def within(request, monkeypatch):
    """Holds a quantity of a training against its bounds: ``within(low, value, high, "what it is")``.

    Bounds lie 4 standard deviations from the mean or more, over networks whose first weights differ by their rounding
    only: tests/processors.py does the training with such networks, and measures it.
    """
    def assert_within(low, value, high, what):
        request.node.user_properties.append(("within", (what, low, float(value), high)))
        assert low < value < high, what

    if hasattr(request, "param"):
        from batchnorm_lesson.network import Network
        monkeypatch.setattr(Network, "__init__", differently_rounded(Network.__init__, request.param))
    return assert_within


def differently_rounded(make, seed):
    """Network.__init__ with weights that are multiplied by 1 + 1e-15 · N(0, 1)."""
    import numpy as np  # not before the number of its threads is set, above

    def init(network, *args, **kwargs):
        make(network, *args, **kwargs)
        rng = np.random.default_rng(seed)
        for weights in network.weights:
            weights *= 1 + 1e-15 * rng.normal(size=weights.shape)
    return init


# Here making what the tests share, a server, a browser and all lessons in it, takes longer than the tests.
TOGETHER = ["test_slides_browser.py", "test_plan_show.py", "test_accessibility.py", "test_site.py", "test_live.py",
            "test_lite.py", "test_checks.py"]
LONGEST = ["08_train", "test_slides_browser.py", "test_plan_show.py", "00_see", "test_browser.py",
           "test_accessibility.py", "test_live.py", "test_lesson_08", "test_site.py", "test_checks",
           "test_notebooks_mutations", "09_ask", "test_earlier_runs"]


def scope_of(nodeid):
    """What one test process takes on as a whole: a notebook's cells, a file, or its tests with the same parameter."""
    file, _, test = nodeid.partition("::")
    _, bracket, parameter = test.partition("[")
    return file if file.endswith(tuple(TOGETHER)) else file + bracket + parameter


def pytest_collection_modifyitems(items):
    """The longest first, so that no test process is left waiting for the other at the end."""
    def rank(item):
        names = scope_of(item.nodeid), item.nodeid
        return next((i for i, words in enumerate(LONGEST) if any(words in name for name in names)), len(LONGEST))

    if ROUNDINGS:
        items[:] = [item for item in items if "within" in item.fixturenames]
    items[:] = [item for item in items if THOROUGH or not item.get_closest_marker("thorough")]
    items.sort(key=rank)
    for item in items:
        if type(item).__name__ == "IPyNbCell":  # as everywhere, a picture's words are compared, not its bytes
            item.parent.sanitize_patterns[r'src="data:image/png;base64,[^"]*"'] = "src"
        if type(item).__name__ == "IPyNbCell" and (THOROUGH or RANDOM.search(item.cell.source)):
            item.runtest = twice(item)


RANDOM = re.compile(r"random|rng|train|%%result")
LONG = 1.5  # seconds


def twice(item):
    """A notebook's cell is run and compared two times: learners run cells again all the time, and no number may change.

    Without THOROUGH, that is done with cells that draw random numbers or train, unless they take long, and with results
    that unfold.

    Both runs come before the next cell's, so that what a cell changes in the work of an earlier one is seen.
    """
    run = item.runtest

    def run_twice():
        begun = time.monotonic()
        run()
        if not THOROUGH and time.monotonic() - begun > LONG:
            return
        if item.cell.source.startswith("%%result"):  # asked for again, it stands open
            for output in item.cell.outputs:
                output.data["text/html"] = output.data["text/html"].replace("<details>", "<details open>")
        run()
    return run_twice


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """What the test processes share out.

    The public way, xdist_group marks with --dist loadgroup, groups nothing since pytest 9.2, and tears the notebooks
    apart without a word: pytest-xdist 3.8 writes the group into a field that pytest no longer reads (its issue 1386).
    """
    from xdist.scheduler import LoadScopeScheduling

    class Scheduler(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return scope_of(nodeid)

    config.option.loadscopereorder = False  # by the number of tests, which says little about their time
    return Scheduler(config, log)


def pytest_sessionfinish(session):
    """In CI a test that was left out is a failure: nobody reads the summary of a green run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if IN_CI and reporter and reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    """With -v what passing tests have to show, ``record_property("shown", …)``, and every reason to leave one out."""
    for report in terminalreporter.stats.get("passed", []) if terminalreporter.verbosity > 0 else ():
        for words in [value for name, value in report.user_properties if name == "shown"]:
            terminalreporter.write_line(words)
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = [report.longrepr[-1] if isinstance(report.longrepr, tuple) else f"{report.longrepr}"
               for report in skipped]
    if reasons:
        terminalreporter.section("left out" + (", which counts as a failure in CI" if IN_CI else ""))
    for reason in dict.fromkeys(reasons):
        terminalreporter.write_line(f"{reasons.count(reason)} left out: {reason.removeprefix('Skipped: ')}.")
