"""The app in a browser: every lesson, with nothing from outside. Collected where Voila is: make test-app."""
import contextlib
import re
import socket
import subprocess
import sys
import time
import urllib.request

import psutil
import pytest
from playwright.sync_api import expect, sync_playwright

import lab
from lessons import NOTEBOOKS

SCREENS = [{"width": 1280, "height": 720}, {"width": 1366, "height": 768}, {"width": 360, "height": 740}]
SCREENSHOTS = lab.ROOT / "build" / "screenshots" / "app"
LONGEST = 300_000  # milliseconds: lesson 08 trains for half a minute, and machines differ


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The app, started as a reader starts it: its address and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-m", "batchnorm_lesson", "app", "--no-browser", "--Voila.ip=127.0.0.1",
               f"--port={port}"]
    with (tmp_path_factory.mktemp("app") / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=lab.ROOT)
        wait_for(lambda: answers(address))
        yield address, psutil.Process(process.pid)
        process.terminate()
        process.wait(20)


def answers(address):
    with contextlib.suppress(OSError):
        return urllib.request.urlopen(address).status == 200


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def chromium(browser):
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser, args=lab.FLAGS + ["--no-sandbox"] * lab.AS_ROOT)
        yield started
        started.close()


@pytest.fixture
def page(chromium, server):
    """A page that reaches the app and nothing else; what goes wrong on it is collected and must be nothing.

    What a page was still loading when it was left is aborted: that is no failure.
    """
    page, wrong = chromium.new_page(viewport=SCREENS[0]), []
    page.set_default_timeout(LONGEST)
    page.route(lambda url: not url.startswith((server[0], "data:", "blob:")),
               lambda route: (wrong.append(f"outside: {route.request.url}"), route.abort()))
    page.on("requestfailed", lambda request: request.failure == "net::ERR_ABORTED"
            or wrong.append(f"failed: {request.url} {request.failure}"))
    page.on("response", lambda response: response.status >= 400 and wrong.append(f"{response.status} {response.url}"))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: message.type == "error" and wrong.append(message.text))
    yield page
    page.close(run_before_unload=True)
    assert not wrong


def open_lesson(page, address, name):
    """Open a lesson and wait until all of it has run."""
    page.goto(f"{address}voila/render/{name}")
    page.wait_for_selector("#rendered_cells h1")
    page.wait_for_function("() => !document.querySelector('.voila-skeleton-post')")
    page.wait_for_function("() => document.querySelector('.widget-image')?.complete")


def widest(page):
    """How far the widest thing reaches beyond the right edge of the page, in pixels."""
    return page.evaluate("""() => Math.max(...['html', 'body', '#rendered_cells', 'main'].map(
        name => document.querySelector(name)).filter(Boolean).map(part => part.scrollWidth - part.clientWidth))""")


def cut_off(page):
    """The sliders that reach beyond the column they stand in, which would cut off their numbers."""
    return page.evaluate("""() => [...document.querySelectorAll('.widget-slider')].filter(slider =>
        slider.getBoundingClientRect().right > slider.closest('.jp-OutputArea').getBoundingClientRect().right)
        .map(slider => slider.innerText)""")


# What can be scrolled sideways, and no shade says so.
UNMARKED = """() => [...document.querySelectorAll('#rendered_cells *')].filter(part => {
    const look = getComputedStyle(part);
    return part.scrollWidth > part.clientWidth + 1 && look.overflowX == 'auto'
        && look.backgroundAttachment != 'local, local, scroll, scroll';
}).map(part => part.outerHTML.slice(0, 200))"""


def test_the_start_page_leads_to_every_lesson(page, server):
    page.goto(server[0])
    links = page.locator("a")
    names = links.evaluate_all("links => links.map(link => link.href.split('/').pop())")
    assert names == [path.name for path in NOTEBOOKS]
    page.set_viewport_size(SCREENS[-1])
    assert widest(page) == 0
    links.first.click()
    page.get_by_role("link", name=re.compile("^1 · ")).first.click()
    expect(page.locator("h1")).to_contain_text("1 · ")
    page.get_by_role("link", name="All lessons").click()
    expect(page).to_have_url(server[0])


@pytest.mark.parametrize("name", [path.name for path in NOTEBOOKS])
def test_a_lesson(name, page, server):
    open_lesson(page, server[0], name)
    assert page.locator(".jp-RenderedText[data-mime-type*=stderr], .jp-mod-error").count() == 0
    assert page.locator(".jp-InputArea-editor, .highlight").count() == 0, "code is shown"
    assert page.locator("mjx-container").count() and not page.locator("mjx-merror").count()
    assert not page.evaluate("""() => [...document.querySelectorAll('#rendered_cells a[href^="#"]')].map(
        link => link.getAttribute('href').slice(1)).filter(name => !document.getElementById(name)
                                                          && !document.getElementById(decodeURIComponent(name)))""")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for screen in SCREENS:
        page.set_viewport_size(screen)
        assert widest(page) == 0 and not cut_off(page), f"{screen['width']} pixels are not wide enough"
        page.screenshot(path=SCREENSHOTS / f"{name[:2]}-{screen['width']}.png")
    assert not page.evaluate(UNMARKED)
    move_a_slider(page)


def move_a_slider(page):
    """The first explorer: its picture and its readout follow the arrow keys."""
    explorer = page.locator(".widget-vbox:has(.widget-image):has(.widget-slider)").first
    picture, handle = explorer.locator(".widget-image").first, explorer.locator(".noUi-handle").first
    before = picture.get_attribute("src"), explorer.inner_text()
    handle.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(picture).not_to_have_attribute("src", before[0])
    wait_for(lambda: explorer.inner_text() != before[1])


def test_an_answer_opens_its_result(page, server):
    open_lesson(page, server[0], "01_compute_the_batch_mean.ipynb")
    result = page.locator("details", has_text="Show the result").first
    expect(result).not_to_have_attribute("open", "")
    page.get_by_role("button", name="Reveal").first.click()
    expect(result).to_have_attribute("open", "")
    expect(result).to_contain_text("mean = 10")


RUN_CODE = """([address, kernel, code]) => new Promise(done => {
    const socket = new WebSocket(`${address.replace('http', 'ws')}api/kernels/${kernel}/channels`);
    const header = (type) => ({msg_id: type, username: '', session: 'visitor', msg_type: type, version: '5.3'});
    const send = (type, content) => socket.send(JSON.stringify(
        {header: header(type), parent_header: {}, metadata: {}, content, channel: 'shell'}));
    const heard = [];
    socket.onmessage = message => {
        const type = JSON.parse(message.data).parent_header.msg_type;
        heard.push(type);
        if (type === 'kernel_info_request' && heard.length > 1) done(heard);
    };
    socket.onopen = () => { send('execute_request', {code, silent: false}); send('kernel_info_request', {}); };
})"""


def test_a_visitor_cannot_run_code(page, server, tmp_path):
    open_lesson(page, server[0], "01_compute_the_batch_mean.ipynb")
    kernel = page.evaluate("() => JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId")
    made = tmp_path / "made"
    heard = page.evaluate(RUN_CODE, [server[0], kernel, f"open({str(made)!r}, 'w')"])
    assert "kernel_info_request" in heard and "execute_request" not in heard and not made.exists()


def test_a_kernel_ends_with_its_page(page, server):
    def kernels():
        return {child.pid for child in server[1].children() if child.status() != psutil.STATUS_ZOMBIE}

    open_lesson(page, server[0], "01_compute_the_batch_mean.ipynb")
    with_the_page = kernels()  # its own, and others that have nothing to do with it, such as the spare one
    page.goto(server[0])
    wait_for(lambda: len(with_the_page - kernels()) == 1)
