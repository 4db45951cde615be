"""``python -m batchnorm_lesson pages [FOLDER]`` writes the lessons as pages for reading, by default into build/site.

Their folder ``paper`` holds what is to be printed. ``--lite FOLDER`` writes there the files of the JupyterLite edition,
and the pages link to that edition in their own folder ``lite``, where ``make site`` builds it. ``--repository ADDRESS``
is named on the start page. A folder must be new, empty or one that this command has made; with ``--overwrite`` it may
be another.
"""
import argparse
import os
import re
import sys
from pathlib import Path

import nbformat
from jinja2 import pass_context
from nbconvert import HTMLExporter

from ..exercises.judging import found_by_a_check
from ..files import KEPT, OwnFolder, say
from ..lessons import folder, lessons, relinked
from . import paper
from .lite import contents
from .markdown import as_in_jupyter, as_on_github, code, scrollable, to_html

HERE = Path(__file__).parent
LEFT_OUT = ("navigation", "how-to-run")
# What versions that left no marker have made for `make site`.
EARLIER = {"build/site": ["*.html", "*.txt", "lite"],
           "build/lite/source": ["files", "pypi", "*.json", ".jupyterlite.doit.db", ".cache"]}


class Exporter(HTMLExporter):
    """nbconvert's exporter with the template beside this file and our own Markdown."""

    def __init__(self):
        super().__init__(template_name="template", extra_template_basedirs=[str(HERE)], exclude_input_prompt=True,
                         exclude_output_prompt=True)
        self.register_filter("code", code)
        self.register_filter("scrollable", scrollable)

    @pass_context
    def markdown2html(self, context, source):
        """The filter by which the template renders a cell of text."""
        resources = context["resources"]
        return to_html(source, resources["folder"], resources.get("anchor", as_in_jupyter))

    def page(self, notebook, **resources):
        """The HTML of a notebook; the template reads the resources."""
        return self.from_notebook_node(notebook, resources)[0]


def pages(source, lite=False, repository=None):
    """A page for each lesson, a start page from the README, teachers' page, help, the files they link to: name → text.

    And, in ``paper``, what is to be printed; the sheet's solution is there for teachers, and no page links to it.
    ``source`` is the folder of README and notebooks. With ``lite`` the pages link to a JupyterLite edition in the
    folder ``lite`` beside them; ``repository`` is the address that the start page names.
    """
    found = lessons(source)
    entries = [{"title": lesson.title, "file": page_of(lesson.path.name)} for lesson in found]
    exporter, made = Exporter(), {}
    for i, lesson in enumerate(found):
        made[entries[i]["file"]] = exporter.page(for_reading(lesson, lite and lite_address(lesson.path)),
                                                 title=lesson.title, folder=lesson.path.parent, lite=lite,
                                                 previous=entries[i - 1] if i else None,
                                                 next=(entries + [None])[i + 1])
    readme = start(source, lite and lite_address(found[0].path), repository)
    beside = {name: relinked((source / "notebooks" / f"{name}.md").read_text(encoding="utf-8"), page_of)
              for name in ("teaching", "help")}
    for name, text in {"index": _with_files(readme, source, made), **beside}.items():
        cell = nbformat.v4.new_markdown_cell(text)
        made[f"{name}.html"] = exporter.page(nbformat.v4.new_notebook(cells=[cell]), title=_title(text), folder=source,
                                             start=True, anchor=as_on_github)
    made.update({f"paper/{name}": text for name, text in paper.files().items()})
    return made


def lite_address(path):
    """Where the JupyterLite edition shows a notebook, seen from a page."""
    return f"lite/lab/index.html?path=notebooks/{path.name}"


# The lessons

def for_reading(lesson, lite=None):
    """The notebook of a lesson as a reader without a kernel can use it; ``lite`` is the live edition's address.

    A note for readers stands below the title, links lead to pages, and what only a kernel makes useful is left out:
    the line that folds a result, and what a check says of an empty answer.
    """
    made = lesson.without(*LEFT_OUT, link=page_of)
    for cell in made.cells:
        if cell.cell_type == "code":
            cell.source = re.sub(r"^%%result .*\n", "", cell.source)
            cell.outputs = [output for output in cell.outputs
                            if found_by_a_check(output).get("status") != "not attempted"]
    minutes = f"{lesson.minutes[:1].upper()}{lesson.minutes[1:]} when you run it."
    made.cells.insert(1, nbformat.v4.new_markdown_cell(f"{minutes}\n\n{_note(lite)}"))
    return made


def _note(lite):
    live = (f"**[Move the sliders here]({lite})**, nothing to install (this needs the network, and a minute at first). "
            "Or [run the lessons on your own computer](index.html)." if lite else
            "To move the sliders and to try your own answers, [run the lessons](index.html).")
    return ("**This page is for reading.** Pictures with sliders stand still here; results and answers are folded "
            f"until you open them. {live}")


def page_of(name):
    """The page that is made of a lesson or of a Markdown file."""
    return "index.html" if name == "README.md" else f"{Path(name).stem}.html"


# The start page

def start(source, lite=None, repository=None):
    """The README as a start page: without what is for maintainers, and with the ways to the lessons on top."""
    text = (source / "README.md").read_text(encoding="utf-8")
    text = re.sub(r"(?s)<!-- maintainers -->.*?<!-- everybody -->\n*", "", text)
    return relinked(text.replace("\n```\n", f"\n{_ways(lite, repository)}\n\n```\n", 1), page_of)


def _ways(lite, repository):
    folder = f"[the folder of the lessons]({repository})" if repository else "the folder of the lessons"
    ways = ["**To read,** choose a lesson below. No kernel, no script, no network is needed.",
            f"**To move the sliders here,** [open the lessons in JupyterLite]({lite}): nothing to install, but it "
            "needs the network, and a minute at first." if lite else "",
            "**On paper:** [the sheet of a first lecture](paper/sheet.html), two on a page, and [homework by "
            "hand](paper/homework.html) for who has no computer.",
            f"**To run them on your own computer,** get {folder} and give this command in it:"]
    return "\n\n".join(filter(None, ways))


def _title(text):
    return re.match(r"# (.*)", text)[1]


def _with_files(text, source, made):
    """Text whose links to other files of the project lead to copies, made too, which a browser shows as plain text."""
    def copied(found):
        path = source / found[1]
        if not path.is_file() or path.suffix == ".png":
            return found[0]
        made[f"{path.name}.txt"] = path.read_text(encoding="utf-8")
        return f"]({path.name}.txt)"
    return re.sub(r"\]\(([\w./-]+)\)", copied, text)


# The command

def main(given):
    """Write what the command line asks for, and say where it is."""
    parser = argparse.ArgumentParser(prog="python -m batchnorm_lesson pages", description="The lessons as web pages.")
    parser.add_argument("folder", metavar="FOLDER", nargs="?", default="build/site", type=Path,
                        help="where the pages go")
    parser.add_argument("--lite", metavar="FOLDER", type=Path, help="where the files of the JupyterLite edition go")
    parser.add_argument("--repository", metavar="ADDRESS", help="where readers find these notebooks")
    parser.add_argument("--overwrite", action="store_true", help="write into any folder, and replace what is there")
    options = parser.parse_args(given)
    if options.lite and os.path.realpath(options.lite) == os.path.realpath(options.folder):
        sys.exit(f"--lite: {options.lite} is the folder of the pages. Name another one.")
    source, places = folder(), [(options.folder, "pages", "FOLDER"), (options.lite, "lite", "--lite")]
    earlier = {os.path.realpath(source / place): names for place, names in EARLIER.items()}
    # All folders are looked at before one is written into.
    own = {kind: OwnFolder(path, kind, argument, options.overwrite, earlier.get(os.path.realpath(path), ()))
           for path, kind, argument in places if path}
    made = pages(source, bool(options.lite), options.repository)
    for kind, place in own.items():
        for name, word in place.write(made if kind == "pages" else contents(source), tidy=True).items():
            if word == KEPT:
                print(f"{place.path / name}: {word}; --overwrite replaces it", file=sys.stderr)
    say(f"{sum(name.endswith('.html') for name in made)} pages: {options.folder / 'index.html'}")
