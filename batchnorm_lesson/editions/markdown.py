"""Markdown as HTML the way a notebook shows it, with formulas that need neither script nor font: MathML."""
import html
import re

from latex2mathml.converter import convert
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.filters.strings import html2text

SCROLLS = 'tabindex="0" role="group"'  # what may be wider than a phone has to be reachable with the keyboard


class Renderer(IPythonRenderer):
    """nbconvert's renderer with other headings, formulas and tables."""

    def __init__(self, anchor, **options):
        super().__init__(**options)
        self.anchor = anchor

    def heading(self, text, level, **_):
        """A heading with its anchor, and no empty link beside it."""
        name = self.anchor(html2text(f"<h1>{text}</h1>"))
        return f'<h{level} id="{html.escape(name)}">{text}</h{level}>\n'

    def block_html(self, html):
        """HTML as it stands: the parent would close each part by itself, and nothing would stay folded."""
        return html + "\n"

    inline_html = str

    def inline_math(self, body):
        """A formula within a line."""
        return mathml(body, "inline")

    def block_math(self, body):
        """A formula of its own, which scrolls by itself on a narrow page."""
        return f'<span class="formula" {SCROLLS} aria-label="Formula">{mathml(body, "block")}</span>'

    def table(self, text):
        """A table, which scrolls by itself on a narrow page."""
        return f'<div class="table" {SCROLLS} aria-label="Table"><table>{text}</table></div>'

    def table_cell(self, text, align=None, head=False):
        """A cell; an empty one above a column of names heads nothing."""
        return f'<th scope="col">{text}</th>' if head and text else f"<td>{text}</td>"


def mathml(formula, display):
    """A formula in LaTeX as MathML; ``display`` is "inline" or "block". Raises the library's errors for a wrong one."""
    formula = re.sub(r"\\mathrm\{(\w{2,})\}", r"\\operatorname{\1}", formula)  # one word, not letters side by side
    if display == "block":  # within a brace the library would set the limits of a sum beside it
        formula = re.sub(r"\\sum(?!\\limits)", r"\\sum\\limits", formula)
    return convert(formula, display=display)


def as_in_jupyter(heading):
    """The anchor that Jupyter gives to a heading of a notebook."""
    return heading.replace(" ", "-")


def as_on_github(heading):
    """The anchor that GitHub gives to a heading of a file."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def to_html(text, path=".", anchor=as_in_jupyter):
    """Markdown as HTML; pictures become part of it, from files beside ``path``; anchor names a heading."""
    renderer = Renderer(anchor, escape=False, embed_images=True, path=str(path))
    return scrollable(MarkdownWithMath(renderer=renderer).render(text))


def code(page):
    """Highlighted code without the marks of names and signs, which page.css does not colour: half of all elements."""
    page = re.sub(r'<span class="(?:[nop]|n[a-z]|bp|w|fm|v[a-z]|esc)">(.*?)</span>', r"\1", page)
    return scrollable(page.replace("<span></span>", ""))


def scrollable(page, widest=30):
    """HTML in which code and printed lines with more characters than fit on a phone can be scrolled by keyboard."""
    def open_tag(found):
        lines = html.unescape(re.sub("<[^>]+>", "", found[1])).splitlines()
        wide = max(map(len, lines), default=0) > widest
        return (f'<pre {SCROLLS} aria-label="Code or its output">' if wide else "<pre>") + found[1]
    return re.sub(r"<pre>(.*?)(?=</pre>)", open_tag, page, flags=re.DOTALL)
