"""What a lesson says, for the tests of its facts: its prose, what its cells print, and the texts of its questions."""
import re
import tomllib
from pathlib import Path

import nbformat
from PIL import ImageColor

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
QUESTIONS = tomllib.loads((ROOT / "batchnorm_lesson" / "questions.toml").read_text(encoding="utf-8"))

ODD_POWER = re.compile(r"\d(e[-−+]?|\^|\*\*)\d|0\.0000\d*[1-9]")  # words have 10⁻⁵ for it, and code has 1e-5


class Notebook:
    """A saved notebook, by the number of its lesson."""

    def __init__(self, number):
        path = next(path for path in NOTEBOOKS if path.name.startswith(f"{number:02}_"))
        cells = nbformat.read(path, as_version=4).cells
        self.prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
        self._code = [cell for cell in cells if cell.cell_type == "code"]
        self.code = "\n".join(cell.source for cell in self._code)

    def printed(self, words):
        """What the first cell whose source contains these words has printed."""
        return text(next(cell for cell in self._code if words in cell.source))

    def all_printed(self):
        return "".join(map(text, self._code))


def text(cell):
    """All that was printed, whether it stands open or is folded away as a result."""
    return "".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)


def right_choice(choices):
    """The text of the right one among the choices of a question."""
    right, = (choice["text"] for choice in choices if choice.get("right"))
    return right


def luminance(colour):
    """Source: WCAG 2.2, "relative luminance"."""
    parts = [part / 255 for part in ImageColor.getrgb(colour)]
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), parts))


def contrast(*colours):
    dark, light = sorted(map(luminance, colours))
    return (light + 0.05) / (dark + 0.05)
