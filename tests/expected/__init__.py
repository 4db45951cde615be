"""What an explorer must say, to the word and to the last digit, computed in plain NumPy from its controls' values.

Beside this stands a module for each lesson, and in it a function for each explorer, with its name. It takes the values
by the controls' labels, and returns the lines of the readout and the picture's sentence. Numbers stand there in full.
Shown they have at most two decimals, or four if ``~4`` is behind the number; exactly four, zeros too, with ``~.4``; and
three digits with ``~3d``. With ``±0.1`` it may be so far off. ``...`` stands for any words.
"""
import importlib
import math
import re
from decimal import Decimal

import numpy as np

from batchnorm_lesson import explorers

NUMBER = r"{sign}?\d+(?:,\d{{3}})*(?:\.\d+)?(?:e[−+-]?\d+)?"
SAID = re.compile(NUMBER.format(sign="−"))
PROMISED = re.compile(rf"({NUMBER.format(sign='[−-]')})(?:~(\.?)(\d+)(d?)|±([\d.e+-]*\d))?")
POWER_OF_TEN = re.compile(r"(?:([\d.]+) ?[·×] ?)?\b10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
UPRIGHT = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
# What the page may put between words, and between lines; what an ellipsis stands for; and a number.
BETWEEN = {r"\ ": r"[^\S\n]+", "\\\n": r"\s*\n\s*(?:In the picture:\s*)?", r"\.\.\.": ".*", r"\#": "(#)"}


def wrong_numbers(name, values, words):
    """What an explorer gets wrong in its words, before which other words may stand."""
    promised = "\n".join(_says(name)(values))
    words = typed(words)
    pattern, masked = re.escape(PROMISED.sub("#", promised)), SAID.sub("#", words)
    for written, meant in BETWEEN.items():
        pattern = pattern.replace(written, meant)
    match = re.search(rf"(?m)^\s*{pattern}\s*\Z", masked)
    if not match:
        return [f"at {values} the words are\n{words}\ninstead of\n{promised}"]
    said, pairs = list(SAID.finditer(words)), []
    for i, number in enumerate(PROMISED.finditer(promised), 1):
        pairs.append((number, said[masked.count("#", 0, match.start(i))]))
    return [f"'{words[:seen.end()].splitlines()[-1][-50:]}' must end with {number[0]}, at {values}"
            for number, seen in pairs if not _is(number, seen[0])]


def typed(words):
    """Words with powers of ten as they are typed: 1.75e-8 for 1.75 · 10⁻⁸."""
    return POWER_OF_TEN.sub(lambda power: f"{power[1] or 1}e{power[2].translate(UPRIGHT)}", words)


def _says(name):
    lesson = getattr(explorers, name).__module__.rpartition(".")[2]
    found = getattr(importlib.import_module(f"expected.{lesson}"), name, None)
    assert found, f"tests/expected/{lesson}.py lacks a function {name}(values): see tests/expected/__init__.py"
    return found


def _is(promised, said):
    """Whether a number is right to half a unit of the last digit that it should be shown with."""
    number, fixed, places, digits, off = promised.groups()
    value, shown = (Decimal(each.replace(",", "").replace("−", "-")) for each in (number, said))
    value = float(value)
    if off:
        return abs(float(shown) - value) <= float(off)
    places = int(places or 2) - (math.floor(math.log10(abs(value) or 1)) + 1 if digits else 0)
    decimals, trimmed = -shown.as_tuple().exponent, "." not in said or "e" in said or not said.endswith("0")
    alike = ("," in number) == ("," in said) and (decimals == places if fixed else decimals <= places and trimmed)
    return alike and abs(float(shown) - value) <= 0.500001 * 10.0 ** -places + 1e-9 * abs(value)


def batch_of(values):
    """The four values of the sliders."""
    return np.array([values[f"x{i} value"] for i in "₁₂₃₄"])


def terms(x, between=", ", shown=""):
    return between.join(f"{value}{shown}" for value in x)


def several(x, shown=""):
    """Several numbers in a row: "3, 9, 11 and 17"."""
    return " and ".join(filter(None, [terms(x[:-1], shown=shown), terms(x[-1:], shown=shown)]))


def reach(x, width):
    """From where to where the bars of a histogram go, whose edges are multiples of their width."""
    return f"{width * np.floor(x.min() / width)} to {width * (np.floor(x.max() / width) + 1)}"


def short(value):
    return f"{value}~0" if value >= 100 else f"{value}~3d"
