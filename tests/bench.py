"""How fast the explorers are, beside the usual way of moving a plot in a notebook; ``make bench`` prints it.

The usual way is ipywidgets' ``interact``: every change draws a new pyplot figure and sends it as the inline back end
does. Both ways take turns in one run, so that the ratios hold on a busy machine too. Three tables:

1. for every explorer: one redraw in the kernel, from the changed control to the assigned PNG;
2. in the browser: from the key press to the painted picture;
3. in the browser: distinct pictures a second while a slider is dragged, with a stock server and with ``make lesson``'s.
"""
import base64
import contextlib
import io
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

import matplotlib.pyplot as plt
import nbformat
from IPython.core.pylabtools import print_figure
from ipywidgets import interact
from PIL import Image

import conftest
import expected
import lab
from batchnorm_lesson import explorers, style
from batchnorm_lesson.explorers.base import Explorer

REDRAWS, PRESSES, DRAGS, DRAG_SECONDS = 20, 40, 3, 3
IN_THE_BROWSER = {"balance": "x₄ value", "batch_of_four": "x₄ value", "activation": "γ gamma"}  # and the slider pressed
DRAGGED, DRAGGED_SLIDER = "balance", "support"
TESTS = Path(__file__).resolve().parent
LESSON_SERVER = "--ServerApp.kernel_websocket_connection_class=batchnorm_lesson.server.NoDelayConnection"


# The usual way

def usual_figure(width, height, columns=1, **options):
    """style.figure from pyplot: the same size and layout, so that the same picture comes out."""
    return plt.subplots(1, columns, figsize=(width, height), dpi=style.PIXELS_PER_INCH, layout="constrained", **options)


def usual_picture(figure, draw, **quantities):
    """picture.Picture as most notebooks have it: everything is set once and drawn when the figure is shown."""
    draw(**quantities)


def draw_usual(function, quantities):
    """Draw what a function of figures draws, as a new pyplot figure."""
    with (mock.patch.object(style, "figure", usual_figure), mock.patch.object(style, "context", contextlib.nullcontext),
          mock.patch.object(sys.modules[function.__module__], "Picture", usual_picture)):
        function(**quantities)


def explorer_and_function(name):
    """An explorer, and the function of figures that it draws with."""
    functions, init = [], Explorer.__init__

    def record(self, title, function, *rest):
        functions.append(function)
        init(self, title, function, *rest)

    with mock.patch.object(Explorer, "__init__", record):
        return getattr(explorers, name)(), functions[0]


def usual(name):
    """The same picture and the same sliders, the usual way."""
    explorer, function = explorer_and_function(name)

    def show(**values):
        with style.context():
            draw_usual(function, explorer.compute(**values)[0])
            plt.show()

    for control in explorer.controls.values():
        control.unobserve_all("value")
    interact(show, **explorer.controls)


# 1. In the kernel

def positions_of(control):
    if hasattr(control, "options"):
        return control.options
    steps = range(round((control.max - control.min) / control.step) + 1)
    values = [control.min + control.step * step for step in steps]
    return [control.base ** value for value in values] if hasattr(control, "base") else values


def redraw_times(name):
    """Seconds of processor time for a redraw, by the explorer and the usual way, taking turns: two lists."""
    explorer, function = explorer_and_function(name)
    chance, ours, theirs = random.Random(1), [], []
    for _ in range(REDRAWS + 2):
        setting = {name: chance.choice(positions_of(control)) for name, control in explorer.controls.items()}
        begin = time.thread_time()
        explorer.set(**setting)
        ours.append(time.thread_time() - begin)
        with style.context():
            begin = time.thread_time()
            draw_usual(function, explorer.compute(**explorer.values)[0])
            print_figure(plt.gcf(), "png")
            plt.close()
            theirs.append(time.thread_time() - begin)
    return ours[2:], theirs[2:]  # the first ones still fill caches


def bench_kernel():
    print(f"In the kernel: processor time of one redraw, median of {REDRAWS}\n")
    print(f"{'explorer':20}{'explorer, ms':>14}{'usual, ms':>12}{'ratio':>8}")
    for name in explorers.__all__:
        ours, theirs = map(statistics.median, redraw_times(name))
        print(f"{name:20}{1000 * ours:14.1f}{1000 * theirs:12.1f}{theirs / ours:8.1f}")


# 2. and 3. In the browser

NEXT_PAINT = """index => new Promise(resolve => {
    const cell = document.querySelectorAll('.jp-Notebook .jp-Cell')[index], seen = cell.querySelector('img').src;
    let pressed;
    cell.addEventListener('keydown', () => pressed = performance.now(), {capture: true, once: true});
    const observer = new MutationObserver(async () => {
        const image = cell.querySelector('img');
        if (!image || image.src == seen) return;
        observer.disconnect();
        await image.decode();
        requestAnimationFrame(() => resolve(performance.now() - pressed));
    });
    observer.observe(cell, {subtree: true, childList: true, attributes: true, attributeFilter: ['src']});
})"""

WATCH_DRAG = """index => {
    const cell = document.querySelectorAll('.jp-Notebook .jp-Cell')[index], image = cell.querySelector('img');
    const seen = window.seen = {pictures: 0, heights: new Set(), stop: false};
    let loaded = false;
    image.addEventListener('load', () => loaded = true);
    (function frame() {
        if (loaded) seen.pictures++;
        loaded = false;
        seen.heights.add(cell.offsetHeight);
        if (!seen.stop) requestAnimationFrame(frame);
    })();
}"""


@contextlib.contextmanager
def notebook(cells, *options):
    """A page with a notebook of these cells, all run."""
    with tempfile.TemporaryDirectory() as folder:
        sources = [f"import sys\nsys.path.insert(0, {str(TESTS)!r})\nimport bench\nfrom batchnorm_lesson import explorers", *cells]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        (Path(folder) / "files").mkdir()
        nbformat.write(nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, sources)), metadata=kernel),
                       Path(folder) / "files" / "bench.ipynb")
        with (lab.server(Path(folder) / "files", Path(folder) / "own", *options) as address,
              lab.browser_page(conftest.browser_path(), address) as page):
            lab.open_notebook(page, "bench.ipynb")
            lab.run_all(page)
            page.wait_for_function("count => document.querySelectorAll('.jp-OutputArea img').length == count", arg=len(cells))
            yield page


def handle(page, cell, label):
    sliders = page.locator(".jp-Notebook .jp-Cell").nth(cell).locator(".widget-slider")
    return sliders.filter(has_text=label).locator(".noUi-handle")


def paint_times(page, label):
    """Milliseconds from key press to painted picture in cell 1, the explorer, and 2, interact, taking turns."""
    times = {1: [], 2: []}
    for turn in range(PRESSES + 2):
        for cell in times:
            handle(page, cell, label).focus()
            waiting = page.evaluate_handle(f"index => ({{paint: ({NEXT_PAINT})(index)}})", cell)
            page.keyboard.press("ArrowLeft" if turn % 2 else "ArrowRight")
            times[cell].append(waiting.evaluate("waiting => waiting.paint"))
            page.wait_for_timeout(80)
    return times[1][2:], times[2][2:]


def bench_browser():
    print(f"\nIn the browser: from key press to painted picture, {PRESSES} presses\n")
    print(f"{'explorer':20}{'explorer, ms':>14}{'p95':>8}{'interact, ms':>14}{'p95':>8}{'ratio':>8}")
    for name, label in IN_THE_BROWSER.items():
        with notebook([f"explorers.{name}()", f"bench.usual({name!r})"], LESSON_SERVER) as page:
            ours, theirs = paint_times(page, label)
        p95 = [statistics.quantiles(times, n=20)[-1] for times in (ours, theirs)]
        ours, theirs = statistics.median(ours), statistics.median(theirs)
        print(f"{name:20}{ours:14.0f}{p95[0]:8.0f}{theirs:14.0f}{p95[1]:8.0f}{theirs / ours:8.1f}")


def drag(page):
    """Drag to and fro for some seconds: how many pictures the page painted meanwhile, and how many heights it had."""
    page.evaluate(WATCH_DRAG, 1)
    move_to_and_fro(page)
    return page.evaluate("() => { seen.stop = true; return {...seen, heights: seen.heights.size}; }")


def move_to_and_fro(page):
    knob = handle(page, 1, DRAGGED_SLIDER)
    knob.scroll_into_view_if_needed()
    box = knob.bounding_box()
    track = knob.locator("xpath=ancestor::*[contains(@class, 'noUi-base')]").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    begin = time.perf_counter()
    while (passed := time.perf_counter() - begin) < DRAG_SECONDS:
        there = abs((passed / DRAG_SECONDS * 4 + 1) % 2 - 1)
        page.mouse.move(track["x"] + there * track["width"], y)
        time.sleep(0.01)  # a mouse reports about a hundred times a second
    page.mouse.up()
    page.wait_for_timeout(500)


def blank_frames(page):
    """What the screen really showed in one more drag: frames in which the picture was empty, and all frames."""
    client, frames = page.context.new_cdp_session(page), []

    def keep(frame):
        frames.append(frame["data"])
        client.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})

    client.on("Page.screencastFrame", keep)
    client.send("Page.startScreencast", {"format": "png"})
    move_to_and_fro(page)
    client.send("Page.stopScreencast")
    box = page.locator(".jp-Notebook .jp-Cell").nth(1).locator("img").bounding_box()
    area = [box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]]
    pictures = [Image.open(io.BytesIO(base64.b64decode(data))).convert("L").crop(area) for data in frames]
    return sum(low == high for low, high in (picture.getextrema() for picture in pictures)), len(pictures)


def wrong_at_the_end(page):
    """The numbers that the words get wrong after the drag."""
    place = page.locator(".jp-Notebook .jp-Cell").nth(1)
    labels = place.locator(".widget-slider .widget-label").all_inner_texts()
    values = dict(zip(labels, map(float, place.locator(".widget-readout").all_inner_texts())))
    return expected.wrong_numbers(DRAGGED, values, place.locator(".jp-OutputArea-output").inner_text())


def bench_drag():
    print(f"\nIn the browser: a drag of {DRAG_SECONDS} seconds, median of {DRAGS}\n")
    print(f"{'server':20}{'pictures a second':>19}{'heights':>9}{'blank frames':>14}  last picture")
    for server, options in {"stock": [], "make lesson": [LESSON_SERVER]}.items():
        with notebook([f"explorers.{DRAGGED}()"], *options) as page:
            seen = [drag(page) for _ in range(DRAGS)]
            blank, frames = blank_frames(page)
            wrong = wrong_at_the_end(page)
        rate = statistics.median(drag["pictures"] for drag in seen) / DRAG_SECONDS
        print(f"{server:20}{rate:19.1f}{max(drag['heights'] for drag in seen):9}{f'{blank} of {frames}':>14}  "
              f"{'wrong: ' + wrong[0] if wrong else 'right'}")


if __name__ == "__main__":
    bench_kernel()
    bench_browser()
    bench_drag()
