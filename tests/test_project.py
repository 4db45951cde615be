"""The project as files: the notebooks read as text, the README, the package's imports, the build's own scripts."""
import ast
import hashlib
import importlib
import inspect
import json
import re
import subprocess
import symtable
import sys
import tomllib
from pathlib import Path

import nbformat
import numpy as np
import pytest

import check_binder
import links
import outputs as outputs_script
from batchnorm_lesson.figures import style
from batchnorm_lesson.exercises.exercise import Exercise
from lessons import ODD_POWER, QUESTIONS, contrast

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MACHINE_PATH = re.compile(r"(?<![\w.:/])/(home|root|tmp|Users|usr|opt|private|mnt|work)/|[A-Z]:\\\\")
MOST_WORDS, MOST_LINES, MOST_CODE_IN_A_ROW, MOST_BYTES = 90, 12, 2, 480_000


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def notebook(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def outputs(notebook):
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def expects_output(source):
    """True when a cell prints or ends with an expression."""
    tree = ast.parse(re.sub(r"^%%.*", "", source))  # the rest of a cell with a magic is plain Python
    prints = any(isinstance(node, ast.Call) and getattr(node.func, "id", None) == "print" for node in ast.walk(tree))
    return prints or bool(tree.body) and isinstance(tree.body[-1], ast.Expr)


def bound_and_taken(source):
    """The names that a cell binds, and those it only reads, also in its functions."""
    table = symtable.symtable(re.sub(r"^%%.*", "", source), "cell", "exec")

    def read(part):
        own = {symbol.get_name() for symbol in part.get_symbols() if symbol.is_referenced() and symbol.is_global()}
        return own.union(*map(read, part.get_children()))

    bound = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    taken = {symbol.get_name() for symbol in table.get_symbols()} | read(table)
    return bound, taken - bound


def relative_links(text):
    """Targets of Markdown links and pictures that point into the project."""
    targets = re.findall(r"\]\(([^)\s]+)[^)]*\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text)
    return [target.split("#")[0] for target in targets if not re.match(r"[a-z]+:|#|data:|attachment:", target)]


def words(text):
    """The words a reader reads: without formulas, tags and the addresses of links."""
    text = re.sub(r"\$\$.*?\$\$", " ", text, flags=re.DOTALL)
    text = re.sub(r"<[^>]+>|\]\([^)]*\)|\$[^$]*\$", " ", text)
    return re.findall(r"\w[\w'’.,-]*", text)


# The package

def test_import_is_light():
    script = "import sys, batchnorm_lesson; print({'matplotlib', 'ipywidgets', 'PIL'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_digits_are_the_recorded_ones():
    folder = ROOT / "batchnorm_lesson" / "data"
    stored = np.load(folder / "digits.npz")
    found = hashlib.sha256(stored["images"].tobytes() + stored["labels"].tobytes()).hexdigest()
    assert re.findall(r"\b[0-9a-f]{64}\b", (folder / "SOURCE.md").read_text(encoding="utf-8")) == [found]


def offered(module):
    """The names of what a lesson's module makes for a notebook: decorated functions, and exercises."""
    return {name for name, thing in vars(module).items() if not name.startswith("_") and (
        isinstance(thing, Exercise) or inspect.isfunction(thing) and hasattr(thing, "__wrapped__")
        and thing.__module__ == module.__name__)}


@pytest.mark.parametrize("folder", ["figures", "explorers", "exercises"])
def test_what_a_lesson_offers_can_be_found(folder):
    package = importlib.import_module(f"batchnorm_lesson.{folder}")
    modules = sorted((ROOT / "batchnorm_lesson" / folder).glob("lesson_*.py"))
    for path in modules:
        names = offered(importlib.import_module(f"{package.__name__}.{path.stem}"))
        assert names, f"{folder}/{path.name} offers nothing: is @drawable or @movable missing?"
        missing = sorted(names - set(package.__all__))
        assert not missing, (f"{', '.join(missing)}: write the name into __all__ at the top of {folder}/{path.name} "
                             f"(and the module into {folder}/__init__.py); nothing finds it otherwise")


# The notebooks as text

def test_there_are_notebooks():
    assert NOTEBOOKS


def test_file_is_normalized(path):
    text = path.read_bytes().decode("utf-8")
    assert text.endswith("}\n") and "\r" not in text and "\\u00" not in text
    stored = json.loads(text)
    assert stored["metadata"] == {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                                  "language_info": {"name": "python"}}
    identifiers = [cell["id"] for cell in stored["cells"]]
    assert len(set(identifiers)) == len(identifiers)
    assert not [cell["id"] for cell in stored["cells"] if set(cell["metadata"]) - {"tags", "jupyter", "slideshow"}]


def test_every_cell_was_run_in_order(notebook):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))


def test_cells_have_the_outputs_they_should(notebook):
    silent = [cell.source for cell in code_cells(notebook) if expects_output(cell.source) and not cell.outputs]
    assert not silent


def test_cells_may_run_in_another_order(notebook):
    """What a cell takes from another one is bound there only, so that no third cell can put another thing in its place.

    A learner goes back and runs an earlier cell again: with two meanings of a name it would fail, or say another thing.
    """
    cells = [bound_and_taken(cell.source) for cell in code_cells(notebook)]
    taken = set().union(*(taken for _, taken in cells))
    assert not {name for name in taken if sum(name in bound for bound, _ in cells) > 1}


def test_outputs_are_clean(path, notebook):
    assert not [output for output in outputs(notebook) if output.output_type == "error"]
    assert not [output.text for output in outputs(notebook) if output.get("name") == "stderr"]
    assert not [found[0] for found in MACHINE_PATH.finditer(path.read_text(encoding="utf-8"))]
    assert not [output for output in outputs(notebook) if outputs_script.WIDGET_VIEW in output.get("data", {})]


SIZES = re.compile(r"abs\(|\*\* 2|\.(var|std|norm)\(|loss")  # never a little below 0


def rounded_to_zero(cell):
    """What a cell's f-strings have printed as 0.00 and would print as -0.00 where it is computed a little lower."""
    tree = ast.parse(re.sub(r"^%%.*", "", cell.source))
    made = {ast.unparse(node.targets[0]): ast.unparse(node.value) for node in ast.walk(tree)
            if isinstance(node, ast.Assign)}
    printed = "".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)
    for parts in [node.values for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]:
        line, values = "", []
        for part in parts:
            spec = ast.unparse(getattr(part, "format_spec", None) or ast.Constant(""))
            if decimals := re.search(r"^[^z]*\.(\d+)f'$", spec):
                line += rf" *(-?[\d,]+\.\d{{{decimals[1]}}})(?!\d)"
                values.append(ast.unparse(part.value))
            else:
                line += re.escape(part.value) if isinstance(part, ast.Constant) else ".*?"
        for found in re.finditer(line, printed):
            yield from (value for value, number in zip(values, found.groups())
                        if not re.search("[1-9]", number) and not SIZES.search(value + made.get(value, "")))


def test_no_processor_prints_minus_zero(notebook):
    """Another one computes -1e-17 where this one computes 1e-17; with a z, as in {b:z.2f}, both are printed as 0.00."""
    assert not [value for cell in code_cells(notebook) for value in rounded_to_zero(cell)]


def test_every_picture_has_its_sentence(notebook):
    for data in [output.data for output in outputs(notebook) if "image/png" in output.get("data", {})]:
        sentence = data.get("text/plain", "")
        assert re.search(r"[.?!]$", sentence.strip()) and len(sentence.split()) >= 5, sentence
        assert not re.match(r"[<\[({]", sentence) and " at 0x" not in sentence, sentence
        assert re.search(r"\d", sentence), f"no number of the picture in: {sentence}"


def test_sizes(path, notebook):
    assert path.stat().st_size < MOST_BYTES
    assert not [cell.source for cell in prose_cells(notebook) if len(words(cell.source)) > MOST_WORDS]
    assert not [cell.source for cell in code_cells(notebook) if len(cell.source.splitlines()) > MOST_LINES]
    kinds = "".join("c" if cell.cell_type == "code" else "p" for cell in notebook.cells)
    assert "c" * (MOST_CODE_IN_A_ROW + 1) not in kinds


def test_links_lead_somewhere(path, notebook):
    targets = [target for cell in prose_cells(notebook) for target in relative_links(cell.source)]
    assert not [target for target in targets if not (path.parent / target).exists()]


def test_neighbours_are_linked(path, notebook):
    where = NOTEBOOKS.index(path)
    neighbours = NOTEBOOKS[max(where - 1, 0):where] + NOTEBOOKS[where + 1:where + 2]
    assert {neighbour.name for neighbour in neighbours} <= set(relative_links(notebook.cells[1].source))


def test_tables_have_no_empty_header(notebook):
    """A screen reader reads the header before a number. Markdown's header is the row above a row of dashes."""
    text = "\n".join(cell.source for cell in prose_cells(notebook))
    headers = re.findall(r"^\|(.*)\|[ ]*\n\|[ :|-]+\|[ ]*$", text, re.MULTILINE)
    assert not [header for header in headers if not all(map(str.strip, header.split("|")))]


def test_formulas_speak_the_colour_language(notebook):
    text = "\n".join(cell.source for cell in prose_cells(notebook))
    colours = re.findall(r"\\color\{([^}]*)\}", text)
    assert {colour.upper() for colour in colours} <= {colour.upper() for colour in style.COLORS.values()}
    assert len(re.findall(r"\{\\color\{", text)) == len(colours), r"\color needs braces around it: {\color{#…}{…}}"
    assert r"\textcolor" not in text


SIGNS = {"mean": r"\\mu(?![a-z])|mean of", "var": r"\\sigma(?![a-z])", "x_hat": r"\\hat\{", "y": r"^d?y(_|$)",
         "gamma": r"\\gamma(?![a-z])", "beta": r"\\beta(?![a-z])"}


def test_a_colour_in_a_formula_repeats_what_its_sign_says(notebook):
    """No colour has a contrast of 4.5 with a white and with a dark page, so none may be needed to read a formula."""
    text = "\n".join(cell.source for cell in prose_cells(notebook))
    inside = r"(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*"  # with braces in it, and braces in those
    coloured = re.findall(r"\{\\color\{(#\w+)\}\{(" + inside + r")\}\}", text)
    assert len(coloured) == text.count(r"\color")
    for colour, words in coloured:
        assert [style.COLORS[name] for name, sign in SIGNS.items() if re.search(sign, words)] == [colour], words


def test_no_colour_is_lost_on_a_light_or_a_dark_page():
    """3 is what WCAG 2.2 asks of large letters; 4.5 on both is more than black and white together allow."""
    white, dark = "#FFFFFF", "#111111"
    assert contrast(white, dark) < 4.5 ** 2
    for name in SIGNS:
        assert contrast(style.COLORS[name], white) >= 4.5 and contrast(style.COLORS[name], dark) >= 3, name


# README, links, Binder, outputs

def test_powers_of_ten_are_written_one_way():
    documents = [ROOT / "README.md", *(ROOT / "notebooks").glob("*.md")]
    words = {path.name: path.read_text(encoding="utf-8") for path in documents}
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        shown = [output.get("data", {}) for output in outputs(notebook)]
        pictures = [data["text/plain"] for data in shown if "image/png" in data]
        words[path.name] = "\n".join([*(cell.source for cell in prose_cells(notebook)), *pictures])
        assert not [data for data in shown if re.search(r"\de[-+]0", data.get("text/markdown", ""))], "1e-5 is typed"
    words["questions.toml"] = json.dumps(QUESTIONS, ensure_ascii=False)
    for name, text in words.items():
        text = re.sub(r"(?s)```.*?```|`[^`]*`|\\color\{\S+?\}", "", text)
        assert not [text[max(0, found.start() - 30):found.end() + 30] for found in ODD_POWER.finditer(text)], name


def test_readme_lists_the_notebooks_there_are():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\]\(notebooks/(\d\d_\w+\.ipynb)\)", text) == [path.name for path in NOTEBOOKS]
    assert not [target for target in relative_links(text) if not (ROOT / target).exists()]


def test_requirements_name_no_place():
    for name in ("requirements.txt", "tests/requirements.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not MACHINE_PATH.search(text) and "://" not in text and "--" not in text
        pins = [line for line in text.splitlines() if line and not line.lstrip().startswith("#") and line != "-e ."]
        assert pins and all(re.match(r"[a-z0-9-]+==[\w.]+( ; .+)?$", pin) for pin in pins)


@pytest.mark.parametrize("remote", ["https://github.com/owner/name.git", "https://user@github.com/owner/name",
                                    "git@github.com:owner/name.git", "ssh://git@github.com/owner/name.git",
                                    "ssh://git@github.com:22/owner/name/"])
def test_addresses_on_github(remote):
    found = links.addresses(remote, "main", "notebooks/01_a.ipynb")
    assert found["Binder"] == "https://mybinder.org/v2/gh/owner/name/main?urlpath=lab/tree/notebooks/01_a.ipynb"
    assert found["Colab"] == "https://colab.research.google.com/github/owner/name/blob/main/notebooks/01_a.ipynb"


@pytest.mark.parametrize("remote", ["https://gitlab.com/group/part/name.git", "git@gitlab.com:group/part/name.git"])
def test_addresses_on_gitlab(remote):
    place = "gl/group%2Fpart%2Fname/a%2Fb?urlpath=lab/tree/notebooks/01_a.ipynb"
    assert links.addresses(remote, "a/b", "notebooks/01_a.ipynb") == {"Binder": f"https://mybinder.org/v2/{place}"}


@pytest.mark.parametrize("remote", ["", "../copy", "/srv/git/name.git", "https://example.org/owner/name.git"])
def test_no_addresses_elsewhere(remote):
    assert links.addresses(remote, "main", "notebooks/01_a.ipynb") == {}


RECIPE = """Building conda environment for python=3.13
COPY --chown=0:0 src/ ${REPO_DIR}/
RUN ${KERNEL_PYTHON_PREFIX}/bin/pip install --no-cache-dir -r ".binder/requirements.txt"
ENV R2D_ENTRYPOINT="${REPO_DIR}/.binder/start"
"""


@pytest.mark.parametrize("recipe, requirements, problem", [
    (RECIPE, "-e .\nnumpy==2.0\n", None),
    (RECIPE.replace("3.13", "3.7"), "-e .\n", "picks 3.7"),
    ("Python version unspecified\n" + RECIPE, "-e .\n", "of its own"),
    (RECIPE.replace("requirements.txt", "environment.yml"), "-e .\n", "does not install requirements.txt"),
    (RECIPE.replace("/start", "/stop"), "-e .\n", "lacks the lessons' settings"),
    ("\n".join(reversed(RECIPE.splitlines())), "-e .\n", "before the repository is copied"),
    (RECIPE, "numpy==2.0\n", "the project itself"),
    (RECIPE, "-e .\nplaywright==1.0\n", "browser"),
])
def test_binder_check_sees_problems(recipe, requirements, problem):
    found = list(check_binder.problems(recipe, "python-3.13\n", requirements))
    assert len(found) == (problem is not None) and all(problem in sentence for sentence in found)


def small_notebook(path, *sources):
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{number}") for number, source in enumerate(sources)]
    cells[0].metadata = {"execution": {"iopub.status.busy": "now"}, "tags": ["kept"]}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"widgets": {}}), path)


def test_outputs_are_the_same_twice(tmp_path, monkeypatch):
    path = tmp_path / "01_small.ipynb"
    monkeypatch.setattr(sys, "argv", ["outputs.py", str(path)])
    pieces = "import time\nfor word in 'aµb':\n    print(word, flush=True)\n    time.sleep(0.1)"
    small_notebook(path, pieces, "import ipywidgets\nipywidgets.IntSlider()")
    outputs_script.main()
    first = path.read_bytes()
    outputs_script.main()
    assert path.read_bytes() == first
    stored = json.loads(first)
    assert stored["metadata"]["language_info"] == {"name": "python"} and "widgets" not in stored["metadata"]
    assert [cell["id"] for cell in stored["cells"]] == ["cell-0", "cell-1"]
    assert stored["cells"][0]["metadata"] == {"tags": ["kept"]}
    assert [output["text"] for output in stored["cells"][0]["outputs"]] == [["a\n", "µ\n", "b\n"]]
    assert list(stored["cells"][1]["outputs"][0]["data"]) == ["text/plain"]


def test_outputs_of_a_failing_notebook_are_not_written(tmp_path, monkeypatch):
    path = tmp_path / "02_broken.ipynb"
    small_notebook(path, "1 / 0")
    before = path.read_bytes()
    monkeypatch.setattr(sys, "argv", ["outputs.py", str(path)])
    with pytest.raises(SystemExit, match=r"02_broken\.ipynb.*(?s:.*)ZeroDivisionError"):
        outputs_script.main()
    assert path.read_bytes() == before


def test_every_file_of_the_package_is_installed():
    package = ROOT / "batchnorm_lesson"
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    installed = {path for pattern in settings["package-data"]["batchnorm_lesson"] for path in package.glob(pattern)}
    there = {path for path in package.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")}
    assert not there - installed


@pytest.mark.parametrize("file", ["README.md", "pyproject.toml", "batchnorm_lesson/__init__.py"])
def test_what_the_lessons_teach_is_as_short_as_is_said(file):
    lines = len((ROOT / "batchnorm_lesson" / "batchnorm.py").read_text(encoding="utf-8").splitlines())
    assert 140 <= lines <= 160 and "about 150 lines of NumPy" in (ROOT / file).read_text(encoding="utf-8")
