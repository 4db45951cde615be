"""Tries lessons of the JupyterLite edition in a browser: runs all, moves a slider of each explorer, reads it.

Use: python tests/try_lite.py [number of a lesson …]; without numbers, lessons 1 and 5. It wants what ``make site`` has
built, and the network, because the page fetches Python from there. The workflow site.yml publishes only what passes.
"""
import contextlib
import functools
import http.server
import sys
import threading

import nbformat

import conftest
import lab
import test_browser
from lessons import NOTEBOOKS, ROOT

SITE = ROOT / "build" / "site"
SCREENSHOTS = ROOT / "build" / "screenshots"
MINUTES = 10  # for a kernel to come from the network, and for a lesson to run in it
RUN = """async () => {
    const panel = await jupyterapp.commands.execute('docmanager:open', {path: 'notebooks/%s'});  // it is
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;
    await jupyterapp.commands.execute('notebook:run-all-cells');
}"""
OUTPUTS = "() => jupyterapp.shell.currentWidget.content.widgets.flatMap(cell => cell.model.toJSON().outputs ?? [])"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A handler that does not print every request."""

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served(folder):
    """A web server for a folder on this machine; yields its address."""
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def within(page, script, minutes):
    """Run a script in the page; SystemExit when it fails, or has not ended in time."""
    page.evaluate("""script => {
        window.over = '';
        eval(script)().then(() => over = 'well', error => over = `${error}`);
    }""", script)
    try:
        page.wait_for_function("() => window.over", timeout=60_000 * minutes)
    except lab.TimeoutError:
        sys.exit(f"It did not end within {minutes} minutes. What the page says: {page.errors}")
    over = page.evaluate("() => window.over")
    if over != "well":
        sys.exit(f"{over} What the page says: {page.errors}")


def wrong_with(page):
    """Everything that is wrong in the open lesson, once all its cells have run."""
    outputs = page.evaluate(OUTPUTS)
    for output in outputs:
        if output.get("name") == "stderr":
            print(f"  {output['text']}")
    errors = [f"{output['ename']}: {output['evalue']}" for output in outputs if output["output_type"] == "error"]
    if errors:
        return errors
    explorers = test_browser.cells_with(page, test_browser.EXPLORER)
    return [words for index, name, cell in explorers for words in wrong_when_moved(page, index, name, cell)]


def wrong_when_moved(page, index, name, cell):
    """What is wrong with an explorer, before and after its first slider is moved."""
    before = test_browser.look(page, index)
    first = before["controls"][0]
    cell.locator(".noUi-handle").first.press("PageDown" if first["now"] == first["high"] else "PageUp")
    after = test_browser.settled(page, index, name, before, lambda seen: seen["words"] != before["words"])
    print(f"  {name}: {before['words'].splitlines()[0]} → {after['words'].splitlines()[0]}")
    found = test_browser.wrong_numbers(name, before) + test_browser.wrong_numbers(name, after)
    if after["words"] == before["words"] or after["picture"] == before["picture"]:
        found.append("nothing has moved")
    return [f"{name}: {words}" for words in found]


def main():
    numbers = list(map(int, sys.argv[1:])) or [1, 5]
    wrong = []
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for path in (NOTEBOOKS[number] for number in numbers):
        print(path.name, flush=True)
        address = f"lite/lab/index.html?path=notebooks/{path.name}"
        with served(SITE) as root, lab.browser_page(conftest.browser_path(), root + address) as page:
            copy = SITE / "lite" / "files" / "notebooks" / path.name
            page.sources = [cell.source for cell in nbformat.read(copy, as_version=4).cells]
            try:
                within(page, RUN % path.name, MINUTES)
                wrong += wrong_with(page)
            finally:
                page.screenshot(path=SCREENSHOTS / f"lite-{path.stem[:2]}.png")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
