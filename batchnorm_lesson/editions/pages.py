"""The lessons and the README as pages for reading."""
import re
from pathlib import Path

import nbformat
from jinja2 import pass_context
from nbconvert import HTMLExporter

from ..files import lesson
from .markdown import as_in_jupyter, as_on_github, code, scrollable, to_html

HERE = Path(__file__).parent


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
    """A page for each lesson, a start page from the README, the teachers' page, the files they link to: name → text.

    ``source`` is the folder of README and notebooks. With ``lite`` the pages link to a JupyterLite edition in the
    folder ``lite`` beside them; ``repository`` is the address that the start page names.
    """
    paths = sorted(source.glob("notebooks/[0-9]*.ipynb"))
    notebooks = list(map(lesson, paths))
    titles = [notebook.cells[0].source.partition("\n")[0].removeprefix("# ") for notebook in notebooks]
    entries = [{"title": title, "file": f"{path.stem}.html"} for title, path in zip(titles, paths)]
    exporter, made = Exporter(), {}
    for i, (notebook, path) in enumerate(zip(notebooks, paths)):
        for_reading(notebook, lite and lite_address(path))
        made[entries[i]["file"]] = exporter.page(notebook, title=titles[i], folder=path.parent, lite=lite,
                                                 previous=entries[i - 1] if i else None,
                                                 next=(entries + [None])[i + 1])
    readme = start(source, lite and lite_address(paths[0]), repository)
    teaching = linked((source / "notebooks" / "teaching.md").read_text(encoding="utf-8"))
    for name, text in (("index", _with_files(readme, source, made)), ("teaching", teaching)):
        cell = nbformat.v4.new_markdown_cell(text)
        made[f"{name}.html"] = exporter.page(nbformat.v4.new_notebook(cells=[cell]), title=_title(text), folder=source,
                                             start=True, anchor=as_on_github)
    return made


def lite_address(path):
    """Where the JupyterLite edition shows a notebook, seen from a page."""
    return f"lite/lab/index.html?path=notebooks/{path.name}"


# The lessons

def for_reading(notebook, lite=None):
    """Change a notebook, in place, into what a reader without a kernel can use; ``lite`` is the live edition's address.

    The invitation to run all cells becomes a note for readers, links lead to pages, and what only a kernel makes
    useful is left out: the line that folds a result, and what a check says of an empty answer.
    """
    first = notebook.cells[0]
    title, place, _ = first.source.split("\n\n")
    minutes = place.rpartition(" · ")[2]
    first.source = f"{title}\n\n{minutes[:1].upper()}{minutes[1:]} when you run it.\n\n{_note(lite)}"
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = linked(cell.source)
        else:
            cell.source = re.sub(r"^%%result .*\n", "", cell.source)
            cell.outputs = [output for output in cell.outputs if not _of_an_empty_answer(output)]


def _note(lite):
    live = (f"**[Move the sliders here]({lite})**, nothing to install (this needs the network, and a minute at first). "
            "Or [run the lessons on your own computer](index.html)." if lite else
            "To move the sliders and to try your own answers, [run the lessons](index.html).")
    return ("**This page is for reading.** Pictures with sliders stand still here; results and answers are folded "
            f"until you open them. {live}")


def _of_an_empty_answer(output):
    return output.get("data", {}).get("text/plain", "").startswith("○ Not attempted yet.")


def linked(text):
    """Text whose links to notebooks and to the README lead to their pages."""
    text = re.sub(r"\((?:notebooks/)?(\d\d_\w+\.ipynb|teaching\.md)(#[^)]*)?\)",
                  lambda found: f"({Path(found[1]).stem}.html{found[2] or ''})", text)
    return text.replace("(../README.md", "(index.html")


# The start page

def start(source, lite=None, repository=None):
    """The README as a start page: without what is for maintainers, and with the ways to the lessons on top."""
    text = (source / "README.md").read_text(encoding="utf-8")
    text = re.sub(r"(?ms)^## For maintainers\n.*?(?=^## |\Z)", "", text)
    return linked(text.replace("\n```\n", f"\n{_ways(lite, repository)}\n\n```\n", 1))


def _ways(lite, repository):
    folder = f"[the folder of the lessons]({repository})" if repository else "the folder of the lessons"
    ways = ["**To read,** choose a lesson below. No kernel, no script, no network is needed.",
            f"**To move the sliders here,** [open the lessons in JupyterLite]({lite}): nothing to install, but it "
            "needs the network, and a minute at first." if lite else "",
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
