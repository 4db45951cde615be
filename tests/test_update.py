"""A new version of the lessons, fetched as help.md says: the lessons are new, and what was typed is still there."""
import re
import shutil
import subprocess
import sysconfig

import nbformat
import pytest

from lessons import ROOT

HELP = (ROOT / "notebooks" / "help.md").read_text(encoding="utf-8")
SECTION = HELP.partition("## A new version\n")[2].partition("\n## ")[0]
pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


def git(folder, *words):
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=folder, check=True,
                   capture_output=True)


def write(folder, name, *sources):
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{number}") for number, source in enumerate(sources)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / name)


def read(folder, name):
    return [cell.source for cell in nbformat.read(folder / name, as_version=4).cells]


@pytest.fixture
def places(tmp_path):
    """The lessons' folder and a student's copy of it, each with a first version of a lesson."""
    ours, mine = tmp_path / "ours", tmp_path / "mine"
    ours.mkdir()
    git(ours, "init", "--initial-branch=main")
    write(ours, "01.ipynb", "print('old')", "...  # your code", "'asks'", "'ends'")
    write(ours, "02.ipynb", "'leaves'")
    git(ours, "add", ".")
    git(ours, "commit", "--message=first")
    git(tmp_path, "clone", "--quiet", str(ours), str(mine))
    return ours, mine


def given():
    """The commands of the section, for this environment."""
    place = sysconfig.get_path("scripts")
    lines = re.search(r"```\n(.*?)```", SECTION, re.DOTALL)[1].splitlines()
    return [[shutil.which(program.rpartition("/")[2], path=place) or program, *words]
            for program, *words in map(str.split, lines)]


def update(mine):
    for command in given():
        run = subprocess.run(command, cwd=mine, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert not run.returncode, run.stdout


def test_answers_are_kept_and_lessons_are_new(places):
    ours, mine = places
    write(ours, "01.ipynb", "print('new')", "...  # your code, of two lines", "'asks'", "'new'", "'ends'")
    write(ours, "03.ipynb", "'a new lesson'", *map(str, range(20)))
    git(ours, "rm", "--quiet", "02.ipynb")
    git(ours, "add", ".")
    git(ours, "commit", "--message=second")
    write(mine, "01.ipynb", "print('old')", "return 42", "'asks'", "'ends'")
    write(mine, "02.ipynb", "'leaves', and has my answer")
    write(mine, "03.ipynb", "'my own'")
    update(mine)
    assert read(mine, "01.ipynb") == ["print('new')", "return 42", "'asks'", "'new'", "'ends'"]
    assert read(mine, "02.ipynb") == ["'leaves', and has my answer"]
    assert sorted(read(mine, path.name)[0] for path in mine.glob("03*")) == ["'a new lesson'", "'my own'"]
    assert "`git checkout HEAD^ -- notebooks/NAME.ipynb` brings your own version back" in " ".join(SECTION.split())
    git(mine, "checkout", "HEAD^", "--", "01.ipynb")
    assert read(mine, "01.ipynb") == ["print('old')", "return 42", "'asks'", "'ends'"]
    git(mine, "checkout", "HEAD", "--", "01.ipynb")
    update(mine)  # a second time, when nothing is new
    assert "return 42" in read(mine, "01.ipynb")


def test_git_alone_refuses_and_changes_nothing(places):
    ours, mine = places
    write(ours, "01.ipynb", "print('new')", "...  # your code", "'asks'", "'ends'")
    git(ours, "commit", "--all", "--message=second")
    write(mine, "01.ipynb", "print('old')", "return 42", "'asks'", "'ends'")
    before = (mine / "01.ipynb").read_bytes()
    assert subprocess.run(["git", "pull"], cwd=mine, capture_output=True).returncode and "`git pull`" in SECTION
    assert (mine / "01.ipynb").read_bytes() == before
