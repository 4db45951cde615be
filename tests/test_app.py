"""The lessons as the app shows them: the rule that makes the copies. tests/test_app_live.py looks at them in Voila."""
import ast
import asyncio
import json
import os
import re

import nbformat
import pytest
from traitlets.config import Config

from batchnorm_lesson.editions import app, kernels
from batchnorm_lesson.server import SETTINGS
from batchnorm_lesson.lessons import roles_of
from lessons import NOTEBOOKS, ROOT

TEMPLATES = sorted((SETTINGS / "voila" / "templates" / "lesson").iterdir())


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The folder of the copies, and what the start page says."""
    folder = tmp_path_factory.mktemp("copies")
    return folder, app.write_copies(ROOT, folder)


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def lesson(request, written):
    """A lesson's notebook and its copy."""
    return nbformat.read(request.param, as_version=4), nbformat.read(written[0] / request.param.name, as_version=4)


def code(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def test_copies_are_valid(lesson):
    nbformat.validate(lesson[1])
    names = [cell.id for cell in lesson[1].cells]
    assert len(set(names)) == len(names) and lesson[1].metadata.title == prose(lesson[1])[0].splitlines()[0][2:]


def test_no_exercise_is_left(lesson):
    text = "\n".join(cell.source for cell in lesson[1].cells)
    assert "exercises." not in text and "your code" not in text and not re.search(r"\bmy_|Stuck\?|Your turn", text)


def test_all_else_is_kept(lesson):
    code_kept = code(lesson[1])
    assert code_kept == [cell.source for cell in lesson[0].cells if cell.cell_type == "code" and not roles_of(cell)]
    assert all([source for source in code_kept if word in source] for word in ("explorers.", "questions."))


def test_nothing_needs_what_was_left_out(lesson):
    """A name that an exercise's cell defines is used by no cell that is kept."""
    left_out = {name for source in set(code(lesson[0])) - set(code(lesson[1])) for name in names_in(source, ast.Store)}
    assert not left_out & {name for source in code(lesson[1]) for name in names_in(source, ast.Load)}


def names_in(source, context):
    """The names that a cell uses, or those that it defines: not what is defined inside its functions."""
    for statement in ast.parse(re.sub(r"^%%.*", "", source)).body:
        if isinstance(statement, ast.FunctionDef) and context is ast.Store:
            yield statement.name
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, context):
                yield node.id


def test_nothing_speaks_of_running_cells(lesson):
    text = "\n".join(prose(lesson[1]))
    assert "Run All" not in text and "First of all" not in text


def test_nothing_asks_to_type(lesson):
    text = "\n".join(prose(lesson[1]))
    asked = r"(?m)(^|[.?!:] )(Write|Print|Type|Run) `|Try it\.|your own function|need not read|new cell"
    assert not re.search(asked, text)


def test_every_heading_has_something_below_it(lesson):
    text = "\n\n".join(cell.source if cell.cell_type == "markdown" else "(code)" for cell in lesson[1].cells)
    headings = re.findall(r"(?m)^(#+) .*\n+(?=(#+) |\Z)", text)
    assert not [pair for pair in headings if len(pair[1]) <= len(pair[0])] and text.count("\n## ") >= 5


def test_what_is_announced_is_shown(lesson):
    """Behind a colon stands something that the page shows: code is not, what it puts out is."""
    cells = lesson[1].cells
    for cell, following in zip(cells, [*cells[1:], None]):
        if cell.cell_type == "markdown":
            announced = re.findall(r":\**\n\n+(?=#)|:\**\Z", cell.source)
            assert not announced or following and following.get("outputs"), cell.source


def test_links_lead_to_pages_and_headings(lesson, written):
    text = "\n".join(prose(lesson[1]))
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    pages = [target for target in targets if not re.match(r"[a-z]+:|#", target)]
    assert "../.." in pages and not [page for page in pages if page != "../.." and not (written[0] / page).exists()]
    headings = {heading.replace(" ", "-") for heading in re.findall(r"(?m)^#+ (.*)$", text)}
    assert {target[1:].replace("%3F", "?") for target in targets if target.startswith("#")} <= headings


def test_the_start_page_lists_the_lessons(written):
    contents = written[1]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"(?m)^(\d+)\. \[([^]]+)\]\(notebooks/(\w+\.ipynb)\)", readme)
    assert [lesson["file"] for lesson in contents] == [path.name for path in NOTEBOOKS]
    assert {(f"{number} · {title}", file) for number, title, file in listed} <= {
        (lesson["title"], lesson["file"]) for lesson in contents}
    assert all(lesson["goal"][0].isupper() and lesson["goal"].endswith(".") for lesson in contents)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_fetch_nothing_from_elsewhere(path):
    assert "//" not in path.read_text(encoding="utf-8")


def test_the_template_is_voilas_with_changes():
    assert json.loads(TEMPLATES[0].read_text()) == {"base_template": "lab"}


# Kernels that wait for a visitor

def kernels_after(monkeypatch, visit):
    """What visit(manager) returns, with a manager whose kernels are made of nothing; each lists what it was given."""
    async def start_kernel(self, **options):
        kernel_id = f"kernel {len(self.started)}"
        self.started.append(options)
        self._kernels[kernel_id] = None
        return kernel_id

    async def cull(self, kernel_id):
        del self._kernels[kernel_id]

    async def run():
        manager = kernels.SpareKernelManager()
        manager.started = []
        return await visit(manager), manager.started

    monkeypatch.setattr(kernels, "LATER", 0.05)
    monkeypatch.setattr(kernels.AsyncMappingKernelManager, "start_kernel", start_kernel)
    monkeypatch.setattr(kernels.AsyncMappingKernelManager, "cull_kernel_if_idle", cull)
    return asyncio.run(run())


def test_a_visitor_gets_the_kernel_that_waits_and_the_next_one_is_started_later(monkeypatch):
    async def visit(manager):
        given = [await manager.start_kernel(env={"REMOTE_ADDR": "1.2.3.4"}) for _ in range(3)]  # a class, all at once
        await asyncio.sleep(0.2)
        given.append(await manager.start_kernel(env={"REMOTE_ADDR": "5.6.7.8"}))
        await asyncio.sleep(0.2)
        return given, len(manager)

    (given, count), started = kernels_after(monkeypatch, visit)
    assert given == ["kernel 0", "kernel 1", "kernel 2", "kernel 3"] and count == len(started) == 5
    assert "REMOTE_ADDR" not in started[3]["env"] and started[3]["env"]["PATH"] == os.environ["PATH"]


def test_the_kernel_that_waits_is_not_culled_and_one_that_is_gone_is_not_given(monkeypatch):
    async def visit(manager):
        first = await manager.start_kernel()
        await asyncio.sleep(0.2)
        for kernel_id in list(manager.list_kernel_ids()):
            await manager.cull_kernel_if_idle(kernel_id)
        left = manager.list_kernel_ids()
        manager._kernels.clear()
        return first, left, await manager.start_kernel()

    assert kernels_after(monkeypatch, visit)[0] == ("kernel 0", ["kernel 1"], "kernel 2")


def test_a_kernel_begins_with_the_imports_and_leaves_no_name(monkeypatch, tmp_path):
    monkeypatch.setenv("IPYTHONDIR", "elsewhere")
    app.begin_with_the_imports(tmp_path)
    config = Config()
    exec((tmp_path / "profile_default" / "ipython_kernel_config.py").read_text(encoding="utf-8"), {"c": config})
    names = {}
    for line in config.IPKernelApp.exec_lines:
        exec(line, names)
    assert os.environ["IPYTHONDIR"] == str(tmp_path) and set(names) == {"__builtins__"}
