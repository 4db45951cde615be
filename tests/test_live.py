"""Live training: what Train and Stop do, in this process and in JupyterLab, and that nothing is left running."""
import asyncio
import base64
import html
import subprocess
import sys
import threading
import time

import nbformat
import numpy as np
import pytest

from batchnorm_lesson import explorers
from batchnorm_lesson.explorers import lesson_08
from batchnorm_lesson.explorers.live import Live

PATIENCE = 60  # seconds; reached only when something is wrong
STEPS = 30  # of a short run


def training():
    """The threads of all runs."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("training")]


def wait_until(met):
    deadline = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.002)


def press(explorer, caption):
    row = explorer.children[0].children[0].children[-1]
    button, = (child for child in row.children if getattr(child, "description", "") == caption)
    button.click()


def stop(explorer):
    """Press Stop, and wait for the last picture and the end of the threads: Stop itself waits for nothing."""
    press(explorer, "Stop")
    wait_until(lambda: not explorer._run and not training())


def steps_shown(explorer):
    """How many steps each of the two curves of the picture has."""
    curves = [line for line in explorer.picture._canvas.figure.axes[0].lines if line.get_animated()]
    return [len(curve.get_xdata()) for curve in curves]


@pytest.fixture
def explorer():
    made = explorers.live()
    yield made
    made.close()
    wait_until(lambda: not training())


@pytest.fixture
def short(monkeypatch):
    """An explorer whose runs have STEPS steps."""
    monkeypatch.setattr(lesson_08, "STEPS", STEPS)
    made = explorers.live(depth=5)
    yield made
    made.close()


# In this process

def test_no_thread_runs_before_train_is_pressed():
    script = ("import threading\nfrom batchnorm_lesson import explorers\nexplorer = explorers.live()\n"
              "explorer.set(depth=5)\nprint(threading.active_count())")
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "1\n"


def test_a_run_ends_by_itself_with_the_digits_right(short):
    press(short, "Train")
    wait_until(lambda: not short._run)
    assert steps_shown(short) == [STEPS, STEPS] and short._bar.value == STEPS
    race = lesson_08.Race(**short.values)
    while race.step():
        pass
    images, labels = race.test
    fifths = np.array_split(np.arange(297), 5)
    right = [np.concatenate([network.forward(images[part]).argmax(axis=1) == labels[part] for part in fifths])
             for network in race.networks]
    right = [f"{100 * every.mean():.0f} %" for every in right]
    assert f"without batch norm {right[0]}, with batch norm {right[1]}" in short.text
    assert f"with batch norm {race.losses[1][-1]:.2f} in step {STEPS}" in short.text


def test_pictures_on_the_way_are_smaller_and_the_last_one_is_sharp(explorer, monkeypatch):
    sharp = []
    monkeypatch.setattr(explorer.picture, "png", lambda sharp=True, paint=explorer.picture.png: (
        seen.append(sharp), paint(sharp=sharp))[1])
    seen = sharp
    press(explorer, "Train")
    wait_until(lambda: len(seen) >= 4)
    stop(explorer)
    assert seen[:4] == [False] * 4 and seen[-1] is True and not any(seen[:-1])


def test_stop_in_the_middle_leaves_a_picture_of_the_last_step(explorer):
    press(explorer, "Train")
    wait_until(lambda: explorer._bar.value >= 20)
    stop(explorer)
    first, second = steps_shown(explorer)
    assert first == second == explorer._bar.value < lesson_08.STEPS
    assert f"step {first} of 1,000" in explorer.text and f"in step {first}" in explorer.picture.sentence
    assert bytes(explorer._image.value) == b"data:image/png;base64," + base64.b64encode(explorer.picture.png())
    before = explorer.text, explorer._image.value
    time.sleep(0.3)
    assert before == (explorer.text, explorer._image.value)
    press(explorer, "Stop")  # there is nothing to stop any more
    assert before == (explorer.text, explorer._image.value)


def test_train_again_begins_anew_and_ends_the_first_run(explorer):
    press(explorer, "Train")
    wait_until(lambda: explorer._bar.value >= 20)
    old = training()
    press(explorer, "Train")
    assert explorer._bar.value == 0
    wait_until(lambda: 0 < explorer._bar.value and not any(thread.is_alive() for thread in old))
    stop(explorer)
    press(explorer, "Train")
    stop(explorer)


def test_a_slider_ends_the_run_and_shows_the_networks_that_it_sets_up(explorer):
    press(explorer, "Train")
    wait_until(lambda: explorer._bar.value >= 5)
    explorer.controls["depth"].value = 10
    wait_until(lambda: not training())
    fresh = explorers.live(depth=10)
    assert explorer._bar.value == 0 and explorer.text == fresh.text and explorer._image.value == fresh._image.value
    press(explorer, "Train")
    wait_until(lambda: explorer._bar.value > 0)
    press(explorer, "Reset")
    wait_until(lambda: not training())
    assert explorer._bar.value == 0 and explorer.text == explorers.live().text


def test_the_cell_run_again_ends_the_run(explorer):
    press(explorer, "Train")
    wait_until(lambda: explorer._bar.value >= 5)
    again = explorers.live()
    wait_until(lambda: not training())
    assert "held-out digits right" in explorer.text and explorer._bar.value < lesson_08.STEPS
    press(again, "Train")
    wait_until(lambda: again._bar.value >= 5)
    press(explorer, "Train")  # the other one is still on the page: only one of them runs
    wait_until(lambda: not again._run and len(training()) == 2)
    assert "held-out digits right" in again.text and explorer._run
    stop(explorer)


def test_close_ends_the_run(explorer):
    press(explorer, "Train")
    wait_until(lambda: explorer._bar.value > 0)
    explorer.close()
    wait_until(lambda: not training())


def test_runs_started_and_stopped_at_once_from_several_threads_leave_nothing(explorer):
    def hammer(seed):
        rng = np.random.default_rng(seed)
        for _ in range(10):
            press(explorer, ["Train", "Stop"][rng.integers(2)])

    threads = [threading.Thread(target=hammer, args=[seed]) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    wait_until(lambda: len(training()) <= 2)
    stop(explorer)


@pytest.fixture(params=[True, False], ids=["threads", "turns"])
def trained(request, monkeypatch):
    """How to train an explorer until its run ends, with threads and without."""
    def until_the_end(explorer):
        async def course():
            press(explorer, "Train")
            await when(lambda: not explorer._run)
        if request.param:
            press(explorer, "Train")
            wait_until(lambda: not explorer._run and not training())
        else:
            in_turns(monkeypatch, course())
    return until_the_end


@pytest.mark.parametrize("where, problem", [
    ("step", ArithmeticError), ("state", ArithmeticError), ("picture", ArithmeticError), ("step", MemoryError),
    ("state", KeyboardInterrupt), ("picture", SystemExit)])
def test_whatever_breaks_a_run_off_is_told_and_the_next_one_runs(short, monkeypatch, trained, where, problem):
    place, name = (short.picture, "update") if where == "picture" else (lesson_08.Race, where)
    right, calls = getattr(place, name), []

    def fail(*args, **given):
        calls.append(where)
        if len(calls) == 2:
            raise problem("<b>out of luck</b>")
        return right(*args, **given)

    monkeypatch.setattr(sys.modules[Live.__module__], "PERIOD", 0)
    monkeypatch.setattr(place, name, fail)
    trained(short)
    assert f"broke off: {problem.__name__}(&#x27;&lt;b&gt;out of luck" in short._words.value
    trained(short)
    assert "broke off" not in short._words.value and steps_shown(short) == [STEPS, STEPS]


def test_a_loss_that_is_no_number_ends_that_network_and_not_the_other(short):
    short.set(activation="relu", depth=20, scale=0.3)
    press(short, "Train")
    wait_until(lambda: not short._run)
    first, second = steps_shown(short)
    assert first < 20 and second == STEPS and "not a number" in short.picture.sentence


# In turns with the page, as in a web page, where there are no threads

def in_turns(monkeypatch, course):
    """Let a coroutine run beside the explorers' turns, one for each step, in a process that may start no thread."""
    monkeypatch.setattr(sys.modules[Live.__module__], "THREADS", False)
    monkeypatch.setattr(sys.modules[Live.__module__], "PERIOD", 0)
    monkeypatch.setattr("_thread.start_new_thread", lambda *_: pytest.fail("a thread was started"))
    asyncio.run(asyncio.wait_for(course, PATIENCE))


async def when(met):
    while not met():
        await asyncio.sleep(0.005)


def test_without_threads_a_run_ends_as_with_them(short, monkeypatch):
    press(short, "Train")
    wait_until(lambda: not short._run)
    threaded = short.text, short._image.value
    pauses = []

    async def course():
        press(short, "Train")
        while short._bar.value < STEPS:
            pauses.append(short._bar.value)
            await asyncio.sleep(0.005)
    in_turns(monkeypatch, course())
    assert (short.text, short._image.value) == threaded and steps_shown(short) == [STEPS, STEPS]
    assert len(set(pauses)) > 1, "the page never had its turn"


def test_without_threads_stop_and_sliders_end_a_run(explorer, monkeypatch):
    async def course():
        press(explorer, "Train")
        await when(lambda: explorer._bar.value >= 2)
        press(explorer, "Stop")
        await when(lambda: not explorer._run)
        stopped = explorer.text, explorer._image.value
        assert steps_shown(explorer) == [explorer._bar.value] * 2 and "held-out digits right" in explorer.text
        assert explorer._bar.value < lesson_08.STEPS
        await asyncio.sleep(0.2)
        assert (explorer.text, explorer._image.value) == stopped
        press(explorer, "Train")
        await when(lambda: 2 <= explorer._bar.value)
        explorer.controls["depth"].value = 10
        await asyncio.sleep(0.2)
        assert explorer._bar.value == 0 and explorer.text == explorers.live(depth=10).text
    in_turns(monkeypatch, course())


# In JupyterLab

CELLS = ["import threading\nfrom batchnorm_lesson import explorers", "explorers.live()",
         "print([thread.name for thread in threading.enumerate() if thread.name.startswith('training')])"]
OUTPUT = "index => document.querySelectorAll('.jp-Notebook .jp-Cell')[index].querySelector('.jp-OutputArea').innerText"
COUNT_PICTURES = """index => {
    window.pictures = 0;
    const image = document.querySelectorAll('.jp-Notebook .jp-Cell')[index].querySelector('.widget-image');
    new MutationObserver(() => window.pictures++).observe(image, {attributes: true, attributeFilter: ['src']});
}"""
RUN_CELL = """async index => {
    const panel = jupyterapp.shell.currentWidget;
    panel.content.deselectAll();
    panel.content.activeCellIndex = index;
    await jupyterapp.commands.execute('notebook:run-cell');
}"""


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    lab = pytest.importorskip("lab", reason="Playwright is not installed (pip install -r tests/requirements.txt)")
    scratch = tmp_path_factory.mktemp("live")
    (scratch / "files").mkdir()
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), scratch / "files" / "live.ipynb")
    with lab.server(scratch / "files", scratch) as address, lab.browser_page(browser, address) as page:
        lab.open_notebook(page, "live.ipynb")
        yield page
        lab.close_notebook(page)


@pytest.fixture
def live(page):
    """The page with a fresh explorer."""
    for cell in (0, 1):
        page.evaluate(RUN_CELL, cell)
    page.wait_for_function(f"() => ({OUTPUT})(1).includes('press Train')")
    page.evaluate(COUNT_PICTURES, 1)
    yield page
    click(page, "Stop")
    wait_until(lambda: threads(page) == [])


def click(page, caption):
    page.locator(".jp-Notebook .jp-Cell").nth(1).get_by_role("button", name=caption, exact=True).click()


def words(page):
    return page.evaluate(OUTPUT, 1).replace("\u00a0", " ")


def threads(page):
    """The threads of a run, as a cell prints them that is run meanwhile."""
    page.evaluate(RUN_CELL, 2)
    return eval(html.unescape(page.evaluate(OUTPUT, 2)))


def some_pictures(page):
    seen = page.evaluate("() => window.pictures")
    page.wait_for_function("count => window.pictures >= count", arg=seen + 3)


def test_train_stop_and_train_again(live):
    for _ in range(2):
        click(live, "Train")
        some_pictures(live)
        assert threads(live) == ["training", "training, pictures"]  # a cell answers meanwhile
        click(live, "Stop")
        live.wait_for_function(f"() => ({OUTPUT})(1).includes('held-out digits right')")
        wait_until(lambda: threads(live) == [])
        stopped = words(live), live.evaluate("() => window.pictures")
        live.wait_for_timeout(300)
        assert stopped == (words(live), live.evaluate("() => window.pictures"))


def test_a_slider_moved_while_training(live):
    start = words(live)
    click(live, "Train")
    some_pictures(live)
    live.locator(".jp-Notebook .jp-Cell").nth(1).locator(".noUi-handle").nth(1).press("ArrowRight")
    live.wait_for_function(f"() => ({OUTPUT})(1).includes('press Train')")
    wait_until(lambda: threads(live) == [])
    assert words(live) != start


def test_the_cell_run_again_while_training(live):
    click(live, "Train")
    some_pictures(live)
    live.evaluate(RUN_CELL, 1)
    live.wait_for_function(f"() => ({OUTPUT})(1).includes('press Train')")
    wait_until(lambda: threads(live) == [])


def test_an_interrupted_kernel_leaves_stop_working(live):
    click(live, "Train")
    some_pictures(live)
    live.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()")
    some_pictures(live)
    click(live, "Stop")
    live.wait_for_function(f"() => ({OUTPUT})(1).includes('held-out digits right')")
    wait_until(lambda: threads(live) == [])


def test_a_restarted_kernel_begins_anew(live):
    click(live, "Train")
    some_pictures(live)
    live.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    for cell in (0, 1):
        live.evaluate(RUN_CELL, cell)
    live.wait_for_function(f"() => ({OUTPUT})(1).includes('press Train')")
    wait_until(lambda: threads(live) == [])
    live.evaluate(COUNT_PICTURES, 1)
    click(live, "Train")
    some_pictures(live)
