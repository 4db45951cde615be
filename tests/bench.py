"""How fast the explorers are, beside the usual way of moving a plot in a notebook; ``make bench`` prints it.

The usual way is ipywidgets' ``interact``: every change draws a new pyplot figure and sends it as the inline back end
does. Both ways take turns in one run, so that the ratios hold on a busy machine too. Three tables:

1. for every explorer: one redraw in the kernel, from the changed control to the assigned PNG, soft as in motion and
   sharp as where no page says when that ends;
2. in the browser: from the key press to the painted picture; "words" is the same way with one line of text in the
   picture's place, the least that a slider with a kernel behind it can take;
3. in the browser: distinct pictures a second while a slider is dragged, with a stock server and with ``make lesson``'s.
"""
import base64
import contextlib
import io
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from unittest import mock

import matplotlib.pyplot as plt
import nbformat
from IPython.core.pylabtools import print_figure
from IPython.display import display
from ipywidgets import HTML, interact
from PIL import Image

import conftest
import expected
import lab
from batchnorm_lesson import explorers
from batchnorm_lesson.explorers.base import stops_of
from batchnorm_lesson.figures import style

REDRAWS, PRESSES, DRAGS, DRAG_SECONDS = 12, 40, 5, 3
# The simplest picture, the table of all steps, curves, two histograms, arrows: and the slider that is pressed.
IN_THE_BROWSER = {"balance": "x₄ value", "batch_of_four": "x₄ value", "activation": "γ gamma",
                  "estimates": "m batch size", "upstream": "height of the line"}
PATIENCE = 20  # seconds for a picture
PAUSE = 40  # milliseconds between two presses: the three cells have had their turns before the page is at rest
DRAGGED, DRAGGED_SLIDER = "balance", "support"
USUAL_PIXELS = 100  # an inch
TESTS = Path(__file__).resolve().parent


# The usual way

def usual_figure(width, height, columns=1, **options):
    """style.figure from pyplot: the same picture, as coarse as notebooks usually have it."""
    return plt.subplots(1, columns, figsize=(width, height), dpi=USUAL_PIXELS, layout="constrained", **options)


def usual_picture(figure, draw, **quantities):
    """picture.Picture as most notebooks have it: everything is set once and drawn when the figure is shown."""
    draw(**quantities)
    return mock.MagicMock()


def draw_usual(function, quantities):
    """Draw what a function of figures draws, as a new pyplot figure."""
    module = sys.modules[getattr(function, "func", function).__module__]  # some is given beforehand: functools.partial
    with (mock.patch.object(style, "figure", usual_figure), mock.patch.object(style, "context", contextlib.nullcontext),
          mock.patch.object(module, "Picture", usual_picture)):
        function(**quantities)


def usual(name):
    """The same picture and the same sliders, the usual way."""
    explorer = getattr(explorers, name)()

    def show(**values):
        with style.context():
            draw_usual(explorer.make, explorer.compute(**values)[0])
            plt.show()

    for control in explorer.controls.values():
        control.unobserve_all("value")
    interact(show, **explorer.controls)


# 1. In the kernel

def moves(explorer):
    """Each control in turn from one end to the other, in so many moves: what to set, one after the other."""
    for name, control in explorer.controls.items():
        stops = stops_of(control).tolist()
        for i in range(REDRAWS):
            yield {name: stops[i * (len(stops) - 1) // (REDRAWS - 1)]}


def redraw_times(name):
    """Seconds of processor time for a redraw, soft, sharp and the usual way, taking turns: three lists."""
    soft, sharp, times = getattr(explorers, name)(), getattr(explorers, name)(), []
    soft.at_rest()

    def draw_as_usual():
        with style.context():
            draw_usual(sharp.make, sharp.compute(**sharp.values)[0])
            print_figure(plt.gcf(), "png")
            plt.close()

    for setting in moves(soft):
        times.append([time_of(partial(soft.set, **setting)), time_of(partial(sharp.set, **setting)),
                      time_of(draw_as_usual)])
    return zip(*times[1:])  # the first ones still fill caches


def time_of(action):
    begin = time.thread_time()
    action()
    return time.thread_time() - begin


def bench_kernel():
    print(f"In the kernel: milliseconds of processor time for a redraw, median; each control in {REDRAWS} moves\n")
    print(f"{'explorer':20}{'soft':>8}{'sharp':>8}{'usual':>8}{'usual/soft':>12}")
    for name in explorers.__all__:
        soft, sharp, theirs = map(statistics.median, redraw_times(name))
        print(f"{name:20}{1000 * soft:8.1f}{1000 * sharp:8.1f}{1000 * theirs:8.1f}{theirs / soft:12.1f}", flush=True)


# 2. and 3. In the browser

NEXT_PAINT = """([index, patience]) => new Promise((resolve, reject) => {
    const cell = document.querySelectorAll('.jp-Notebook .jp-Cell')[index];
    const picture = () => cell.querySelector('img'), words = () => cell.querySelector('.widget-html-content');
    const shown = () => picture() ? picture().src : words()?.innerText;
    let pressed, seen = shown();
    setTimeout(() => reject(Error(`nothing new in cell ${index}`)), 1000 * patience);
    cell.addEventListener('keydown', () => pressed = performance.now(), {capture: true, once: true});
    const observer = new MutationObserver(async () => {
        if (!pressed) seen = shown();  // the sharp picture of the last press
        if (!shown() || shown() == seen) return;
        observer.disconnect();
        await picture()?.decode().catch(() => null);  // the next one has come meanwhile
        requestAnimationFrame(() => resolve(performance.now() - pressed));
    });
    observer.observe(cell, {subtree: true, childList: true, attributes: true, attributeFilter: ['src']});
})"""

WATCH_DRAG = """index => {
    const cell = document.querySelectorAll('.jp-Notebook .jp-Cell')[index];
    const frames = new Set(), heights = new Set();
    const load = () => requestAnimationFrame(time => frames.add(time));  // two pictures in one frame count once
    const resize = new ResizeObserver(() => heights.add(cell.offsetHeight));
    cell.querySelector('img').addEventListener('load', load);
    resize.observe(cell);
    window.stopWatching = () => {
        cell.querySelector('img').removeEventListener('load', load);
        resize.disconnect();
        return {pictures: frames.size, heights: heights.size};
    };
}"""


# A mouse reports more often, but a browser hands a page one move for each frame. Moves that are sent from outside wait
# for an answer each, and come later than a hand's.
DRAG = """(knob, seconds) => new Promise(resolve => {
    const track = knob.closest('.noUi-base').getBoundingClientRect(), box = knob.getBoundingClientRect();
    const point = (kind, x) => knob.firstElementChild.dispatchEvent(new MouseEvent(kind, {
        clientX: x, clientY: box.top + box.height / 2, buttons: kind == 'mouseup' ? 0 : 1,
        bubbles: true, cancelable: true}));
    let begin;
    point('mousedown', box.left + box.width / 2);
    requestAnimationFrame(function frame(time) {
        begin ??= time;
        const passed = (time - begin) / 1000 / seconds, there = Math.abs((passed * 4 + 1) % 2 - 1);
        point('mousemove', track.left + there * track.width);
        if (passed < 1) return requestAnimationFrame(frame);
        point('mouseup', track.left + there * track.width);
        resolve();
    });
})"""


@contextlib.contextmanager
def notebook(cells, stock=False):
    """A page with a notebook of these cells, all run and showing something."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"import sys\nsys.path.insert(0, {str(TESTS)!r})\n"
        sources = [path + "import bench\nfrom batchnorm_lesson import explorers", *cells]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        (Path(folder) / "files").mkdir()
        nbformat.write(nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, sources)), metadata=kernel),
                       Path(folder) / "files" / "bench.ipynb")
        with (lab.server(Path(folder) / "files", Path(folder) / "own", stock=stock) as address,
              lab.browser_page(conftest.browser_path(), address) as page):
            lab.open_notebook(page, "bench.ipynb")
            lab.run_all(page)
            page.wait_for_function("""count => document.querySelectorAll(
                '.jp-OutputArea :is(img, .sentence)').length == count""", arg=len(cells))
            yield page


def handle(page, cell, label):
    sliders = page.locator(".jp-Notebook .jp-Cell").nth(cell).locator(".widget-slider")
    return sliders.filter(has_text=label).locator(".noUi-handle")


def paint_times(page, label):
    """Milliseconds from key press to paint for the explorer, interact and words (cells 1 to 3), taking turns."""
    times = {1: [], 2: [], 3: []}
    for turn in range(PRESSES + 2):
        for cell in times:
            handle(page, cell, label).focus()
            waiting = page.evaluate_handle(f"given => ({{paint: ({NEXT_PAINT})(given)}})", [cell, PATIENCE])
            page.keyboard.press("ArrowLeft" if turn % 2 else "ArrowRight")
            times[cell].append(waiting.evaluate("waiting => waiting.paint"))
            page.wait_for_timeout(PAUSE)
    return [milliseconds[2:] for milliseconds in times.values()]


def words(name, label):
    """The same slider with nothing behind it but a line of text."""
    slider = next(control for control in getattr(explorers, name)().controls.values() if control.description == label)
    sentence = HTML()
    slider.unobserve_all("value")
    slider.observe(lambda change: setattr(sentence, "value", f"<p class=sentence>{change.new}</p>"), "value")
    sentence.value = "<p class=sentence>Press a key.</p>"
    display(slider, sentence)


def bench_browser():
    print(f"\nIn the browser: milliseconds from key press to painted picture, {PRESSES} presses; p95 in brackets\n")
    print(f"{'explorer':16}{'explorer':>14}{'interact':>14}{'words':>14}{'interact/explorer':>20}{'explorer/words':>16}")
    for name, label in IN_THE_BROWSER.items():
        cells = [f"explorers.{name}()", f"bench.usual({name!r})", f"bench.words({name!r}, {label!r})"]
        with notebook(cells) as page:
            times = paint_times(page, label)
        ours, theirs, least = map(statistics.median, times)
        p95 = [f"{statistics.median(each):.0f} ({statistics.quantiles(each, n=20)[-1]:.0f})" for each in times]
        print(f"{name:16}{p95[0]:>14}{p95[1]:>14}{p95[2]:>14}{theirs / ours:20.1f}{ours / least:16.2f}", flush=True)


def drag(page):
    """Drag to and fro for some seconds: how many pictures the page painted meanwhile, and how many heights it had."""
    page.evaluate(WATCH_DRAG, 1)
    move_to_and_fro(page)
    return page.evaluate("() => stopWatching()")


def move_to_and_fro(page):
    knob = handle(page, 1, DRAGGED_SLIDER)
    knob.scroll_into_view_if_needed()
    knob.evaluate(DRAG, DRAG_SECONDS)
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
    for server in ("stock", "make lesson"):
        with notebook([f"explorers.{DRAGGED}()"], stock=server == "stock") as page:
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
