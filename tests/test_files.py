"""Nothing of anybody's is lost: where the commands write, what they replace, and what an interruption leaves."""
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest

import outputs
from batchnorm_lesson import files, report
from batchnorm_lesson.editions import app, graded, slides
from lessons import ROOT

pytest.importorskip("latex2mathml", reason="latex2mathml is not installed (pip install -r tests/requirements.txt)")
from batchnorm_lesson.editions import pages  # noqa: E402

by_links = pytest.mark.skipif(os.name == "nt", reason="Windows makes links for administrators only")
with_make = pytest.mark.skipif(not shutil.which("make"), reason="there is no make")


def tree(folder):
    """All that is in a folder, by its place: a file's bytes, a link's target, None for a folder."""
    return {path.relative_to(folder).as_posix(): os.readlink(path) if path.is_symlink() else
            path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


@pytest.fixture
def thesis(tmp_path):
    """A folder that somebody needs, and a file."""
    folder = tmp_path / "thesis"
    folder.mkdir()
    for name in ("index.html", "figures.zip", "chapter.tex", "a.bib"):
        (folder / name).write_text("of two years")
    return folder


@pytest.fixture
def quick(monkeypatch):
    """The command ``pages`` with short files instead of the pages and the edition."""
    monkeypatch.setattr(pages, "pages", lambda *_: {"index.html": "start", "01_a.html": "one", "LICENSE.txt": "free"})
    monkeypatch.setattr(pages, "contents", lambda *_: {"files/README.md": "read", "a.json": "{}"})


# Whole or not at all

@pytest.mark.parametrize("old", [None, b"old"])
def test_an_interruption_leaves_the_old_file(tmp_path, monkeypatch, old):
    path = tmp_path / "a.txt"
    if old:
        path.write_bytes(old)
    before = tree(tmp_path)
    for step in ("fsync", "replace"):
        with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
            broken.setattr(os, step, interrupted)
            files.write_whole(path, "new")
        assert tree(tmp_path) == before
    files.write_whole(path, "µ\n")
    assert tree(tmp_path) == {"a.txt": "µ\n".encode()}


def interrupted(*_):
    raise KeyboardInterrupt


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_permissions_are_the_old_files_or_the_usual_ones(tmp_path):
    usual, own = tmp_path / "usual", tmp_path / "own"
    usual.touch()
    own.touch(0o600)
    for path, like in ((tmp_path / "new", usual), (own, own)):
        mode = like.stat().st_mode
        files.write_whole(path, "new")
        assert path.read_text() == "new" and path.stat().st_mode == mode


@by_links
def test_a_link_is_replaced_and_not_followed(tmp_path, thesis):
    path = tmp_path / "a.txt"
    path.symlink_to(thesis / "chapter.tex")
    files.write_whole(path, "new")
    assert path.read_text() == "new" and (thesis / "chapter.tex").read_text() == "of two years"


def save_outputs(folder, monkeypatch):
    nbformat.write(nbformat.v4.new_notebook(), path := folder / "a.ipynb")
    monkeypatch.setattr(sys, "argv", ["outputs.py", str(path)])
    return path, outputs.main


def make_slides(folder, monkeypatch):
    made = slides.as_show(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A", id="a")]))
    slides.renew(folder / "a.ipynb", made)
    changed = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# B", id="a")])
    return folder / "a.ipynb", lambda: slides.renew(folder / "a.ipynb", slides.as_show(changed))


def draw_a_report(folder, monkeypatch):
    (folder / "a.png").write_bytes(b"old")
    return folder / "a.png", lambda: report.save_picture({}, folder / "a.png", overwrite=True)


def make_a_folder(folder, monkeypatch):
    def write(words):
        return files.OwnFolder(folder, "pages", "FOLDER").write({"a.html": words})
    write("old")
    return folder / "a.html", lambda: write("new")


@pytest.mark.parametrize("command", [save_outputs, make_slides, draw_a_report, make_a_folder])
def test_every_command_writes_whole(tmp_path, monkeypatch, command):
    path, again = command(tmp_path, monkeypatch)
    before, replace = path.read_bytes(), os.replace

    def interrupted_there(scratch, target):
        return interrupted() if str(target) == str(path) else replace(scratch, target)
    monkeypatch.setattr(os, "replace", interrupted_there)
    with pytest.raises(KeyboardInterrupt):
        again()
    assert path.read_bytes() == before


def test_nothing_else_of_the_package_writes_or_deletes():
    """app.py alone does: into folders that are temporary."""
    writes = re.compile(r"\.write_(text|bytes)\(|\.rename\(|\bopen\([^)]*[\"'][rb]*[wxa]|shutil\.|rmtree|\.unlink\(|"
                        r"nbformat\.write\(")
    found = {path.name: writes.findall(path.read_text(encoding="utf-8"))
             for path in [*(ROOT / "batchnorm_lesson").rglob("*.py"), ROOT / "tests" / "outputs.py"]}
    assert sorted(name for name, calls in found.items() if calls) == ["app.py", "files.py", "slides.py"]
    assert ".rename(kept)" in (ROOT / "batchnorm_lesson" / "editions" / "slides.py").read_text(encoding="utf-8")


# Folders

def own(path, **how):
    return files.OwnFolder(path, "pages", "FOLDER", **how)


FULL = {"thesis": lambda folder: folder, "a file": lambda folder: folder / "chapter.tex",
        "below a file": lambda folder: folder / "chapter.tex" / "site",
        "another command's": lambda folder: marked(folder, '{"kind": "graded", "files": {"index.html": []}}'),
        "a broken marker": lambda folder: marked(folder, '{"kind": "pages", "fil'),
        "an odd marker": lambda folder: marked(folder, "[1]")}


def marked(folder, text):
    (folder / files.MARKER).write_text(text)
    return folder


@pytest.mark.parametrize("which", FULL.values(), ids=FULL)
def test_a_folder_of_somebody_elses_is_refused(thesis, which):
    place = which(thesis)
    before = tree(thesis)
    with pytest.raises(SystemExit, match=r"^FOLDER: .*thesis.* Name ") as refused:
        own(place).write({"index.html": "new"})
    assert tree(thesis) == before and str(place) in str(refused.value)
    if place == thesis:
        assert "a.bib" in str(refused.value) and re.search(r"and \d more", str(refused.value))


@by_links
def test_links_do_not_lead_out_of_the_folder(tmp_path, thesis):
    (tmp_path / "link").symlink_to(thesis)
    with pytest.raises(SystemExit, match="FOLDER: .*link holds what"):
        own(tmp_path / "link")
    folder = own(tmp_path / "new")
    folder.write({"in/chapter.tex": "of two years", "a.html": "a"})
    shutil.rmtree(tmp_path / "new" / "in")
    (tmp_path / "new" / "in").symlink_to(thesis)
    before = tree(thesis), tree(tmp_path / "new")
    with pytest.raises(SystemExit, match="^FOLDER: .*new/in/chapter.tex leads out of the folder.*Remove the link"):
        own(tmp_path / "new", overwrite=True).write({"a.html": "b", "in/chapter.tex": "new"})
    assert (tree(thesis), tree(tmp_path / "new")) == before
    own(tmp_path / "new").write({}, tidy=True)
    assert tree(thesis) == before[0] and not (tmp_path / "new" / "a.html").exists()


def test_a_marker_from_elsewhere_deletes_nothing_outside(tmp_path, thesis):
    listed = dict.fromkeys(["../thesis/chapter.tex", str(thesis / "a.bib")],
                           [hashlib.sha256(b"of two years").hexdigest()])
    (tmp_path / "site").mkdir()
    marked(tmp_path / "site", json.dumps({"kind": "pages", "files": listed}))
    before = tree(thesis)
    own(tmp_path / "site").write({}, tidy=True)
    assert tree(thesis) == before


def test_in_its_own_folder_a_command_renews_only_what_it_has_made(tmp_path):
    assert own(tmp_path).write({"a.html": "a", "b.html": "b", "c.html": "c", "d.html": "d"}) == dict.fromkeys(
        ["a.html", "b.html", "c.html", "d.html"], "written")
    for name in ("b.html", "d.html", "notes.html", "new.html"):
        (tmp_path / name).write_text("typed")
    now = {"a.html": "A", "b.html": "B", "new.html": "N"}
    assert own(tmp_path).write(now, tidy=True) == {"a.html": "renewed", "b.html": files.KEPT, "new.html": files.KEPT}
    there = {name: text.decode() for name, text in tree(tmp_path).items() if name != files.MARKER}
    typed = dict.fromkeys(["b.html", "d.html", "notes.html", "new.html"], "typed")
    assert there == {"a.html": "A", **typed}  # c.html is no longer made
    assert own(tmp_path, overwrite=True).write(now) == {"a.html": "unchanged", "b.html": "overwritten",
                                                       "new.html": "overwritten"}
    assert (tmp_path / "notes.html").read_text() == (tmp_path / "d.html").read_text() == "typed"


def test_a_run_that_was_interrupted_goes_on(tmp_path, monkeypatch):
    own(tmp_path).write({"a": "1", "b": "1"})
    replace, done = os.replace, []

    def after_two(scratch, target):
        done.append(target)
        return replace(scratch, target) if len(done) < 3 else interrupted()
    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(os, "replace", after_two)
        own(tmp_path).write({"a": "2", "b": "2"})
    assert own(tmp_path).write({"a": "3", "b": "3"}) == {"a": "renewed", "b": "renewed"}


# The command pages

@pytest.mark.parametrize("given", ["thesis", "new --lite thesis", ". --lite new", "new --lite .", "new --lite ./new",
                                   "thesis/figures.zip", "new --lite thesis/figures.zip/a"])
def test_site_writes_nowhere_when_one_folder_is_not_its_own(quick, thesis, monkeypatch, given):
    monkeypatch.chdir(thesis.parent)
    (thesis.parent / "notes.txt").write_text("typed")
    before = tree(thesis.parent)
    with pytest.raises(SystemExit, match=r"^(FOLDER|--lite): .*Name "):
        pages.main(given.split())
    assert tree(thesis.parent) == before


def test_one_folder_may_lie_in_the_other(quick, tmp_path):
    for given in ("out --lite out/lite", "in/pages --lite in"):
        words = [word if word.startswith("-") else str(tmp_path / word) for word in given.split()]
        for _ in range(2):
            pages.main(words)
            assert {path.name for path in (tmp_path / given.split()[0]).glob("*.html")} == {"index.html", "01_a.html"}


def test_site_says_what_it_keeps(quick, tmp_path, capsys, monkeypatch):
    pages.main([str(tmp_path)])
    assert capsys.readouterr() == (f"2 pages: {tmp_path / 'index.html'}\n", "")
    (tmp_path / "index.html").write_text("typed")
    pages.main([str(tmp_path)])
    assert capsys.readouterr().err == f"{tmp_path / 'index.html'}: {files.KEPT}; --overwrite replaces it\n"
    monkeypatch.setattr(pages, "pages", lambda *_: {"index.html": "start"})
    pages.main([str(tmp_path), "--overwrite"])
    assert not (tmp_path / "01_a.html").exists()  # it is no longer made
    assert (tmp_path / "index.html").read_text() == "start" and not capsys.readouterr().err


@pytest.mark.parametrize("foreign", [None, "pages", "lite"])
def test_the_folders_of_an_earlier_version_are_adopted_once(quick, tmp_path, monkeypatch, foreign):
    monkeypatch.setattr(pages, "folder", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    places = {"pages": tmp_path / "build" / "site", "lite": tmp_path / "build" / "lite" / "source"}
    for name in ("index.html", "01_a.html", "lite/a.js"):
        put(places["pages"], name, "earlier")
    for name in ("files/README.md", "pypi/a.whl", ".cache/a", ".jupyterlite.doit.db"):
        put(places["lite"], name, "earlier")
    command = ["build/site", "--lite", "build/lite/source"]
    if foreign:
        (places[foreign] / "thesis.docx").write_text("of two years")
        before = tree(tmp_path)
        with pytest.raises(SystemExit, match=r"\(thesis.docx\)"):
            pages.main(command)
        assert tree(tmp_path) == before
        return
    pages.main(command)
    assert (places["pages"] / "index.html").read_text() == "start"
    assert (places["lite"] / "files" / "README.md").read_text() == "read"
    (places["pages"] / "index.html").write_text("typed")
    pages.main(command)
    assert (places["pages"] / "index.html").read_text() == "typed"
    os.rename(places["pages"], tmp_path / "site")  # nothing of make's is there
    (tmp_path / "site" / files.MARKER).unlink()
    with pytest.raises(SystemExit, match="FOLDER: .*holds what"):
        pages.main([str(tmp_path / "site")])


# Notebooks that are read

def test_a_broken_lesson_is_named(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01_a.ipynb").write_text('{"cells": [')
    (tmp_path / "README.md").touch()
    for command in (lambda: graded.files(tmp_path), lambda: pages.pages(tmp_path),
                    lambda: pages.contents(tmp_path), lambda: app.write_copies(tmp_path, tmp_path)):
        with pytest.raises(SystemExit, match=r"01_a\.ipynb cannot be read: it is cut off or damaged in line 1"):
            command()


# make

@pytest.fixture
def project(tmp_path):
    """A folder with the Makefile."""
    shutil.copy(ROOT / "Makefile", tmp_path)

    def make(*words):
        return subprocess.run(["make", *words], cwd=tmp_path, capture_output=True, text=True)
    make.folder = tmp_path
    return make


def put(folder, name, text=""):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


@with_make
def test_clean_deletes_nothing_that_was_typed(project):
    typed = ["notebooks/01_a.ipynb", "notebooks/.ipynb_checkpoints/01_a-checkpoint.ipynb", "build/slides/01_a.ipynb",
             "build/slides/.ipynb_checkpoints/01_a-checkpoint.ipynb", "build/notes.txt", "build/mine/a.py",
             "build/site/index.html", "batchnorm_lesson/a.py", "tests/a.py"]
    made = [".venv/pyvenv.cfg", ".pytest_cache/a", "a.egg-info/a", "build/app/ready", "build/lite/log", "build/uv/a",
            "build/binder/a", "build/lib/a.py", "build/bdist.linux-x86_64/a", "build/limits.txt", "build/locked.txt",
            "build/tests.txt", "build/screenshots/a.png", "batchnorm_lesson/__pycache__/a.pyc", "tests/__pycache__/a"]
    for name in [*typed, *made]:
        put(project.folder, name)
    assert project("clean").returncode == 0
    left = {name for name, what in tree(project.folder).items() if what is not None}
    assert left == {*typed, "Makefile"}


@with_make
def test_a_lock_that_fails_leaves_the_requirements(project):
    for name, words in (("requirements.txt", "numpy==2.0\n"), ("tests/requirements.txt", "ruff==0.14\n"),
                        ("build/uv/bin/uv", "#!/bin/sh\ncase \"$*\" in *constraints*) exit 1;; esac\n")):
        put(project.folder, name, words)
    (project.folder / "build" / "uv" / "bin" / "uv").chmod(0o755)
    assert project("lock").returncode
    assert (project.folder / "tests" / "requirements.txt").read_text() == "ruff==0.14\n"


@with_make
def test_make_site_deletes_nothing_before_the_folder_is_known_to_be_its_own(project):
    """The command refuses: what make would remove afterwards is still there."""
    for name in (".venv/lesson", ".venv/test", "requirements.txt", "tests/requirements.txt", "build/lite/bin/jupyter",
                 "build/site/thesis.docx", "build/site/lite/a.js"):
        put(project.folder, name)
    put(project.folder, ".venv/bin/python", "#!/bin/sh\nexit 1\n")
    for name in (".venv/lesson", ".venv/test", "build/lite/bin/jupyter"):
        os.utime(project.folder / name, (4e9, 4e9))
    (project.folder / ".venv" / "bin" / "python").chmod(0o755)
    before = tree(project.folder)
    assert project("site").returncode and tree(project.folder) == before
