"""What a class gets on paper: the sheet of the 50 minutes, its solution, and homework for who has no computer.

The texts of the predictions come from questions.toml, all numbers from batchnorm.py. A page is HTML that a browser
prints on A4: it needs no script and no network. The answers to the homework are for the key (``key.py``).
"""
from pathlib import Path

import numpy as np
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from ..batchnorm import batch_mean, batch_variance, normalize, scale_and_shift
from ..questions import inline, texts

# The sheet: a batch, by hand, and the predictions of the 50 minutes in their order.
BATCH, GAMMA, BETA = (1, 5, 7, 11), 2, 1
ASKED = ("thirty-layers", "balance-point", "same-width", "other-batch", "variance-after-gamma", "largest-output")

# The homework: batches of whole numbers whose σ is whole, a table, and four lines of which one is wrong.
FIVE, FIVE_GAMMA, FIVE_BETA = (9, 1, 13, 7, 10), 2, 3
FAR, FARTHER, FAR_GAMMA, FAR_BETA = (3, 3, 13, 3, 3), (3, 3, 1000, 3, 3), 3, 1
TABLE = ((1, 40), (4, 10), (4, 40))
LINES = ("mean = x.mean()", "var = (x - mean).mean() ** 2",
         "x_hat = (x - mean) / np.sqrt(var + eps)", "y = gamma * x_hat + beta")
WRONG, MENDED = 2, "var = ((x - mean) ** 2).mean()"


def files():
    """The pages that everybody may have, and the solution of the sheet: text by file name."""
    by_hand = {"rows": rows(BATCH, GAMMA, BETA), "gamma": GAMMA, "beta": BETA,
               "questions": [question(texts()["predict"][name]) for name in ASKED]}
    return {"sheet.html": page("sheet", solved=False, **by_hand),
            "solution.html": page("sheet", solved=True, **by_hand),
            "homework.html": homework()}


def homework(solved=False):
    """The page with the homework, with or without its answers."""
    five, columns = np.asarray(FIVE), np.asarray(TABLE, dtype=float)
    means, variances = batch_mean(columns), batch_variance(columns)
    return page("homework", solved=solved, five=rows(FIVE, FIVE_GAMMA, FIVE_BETA), gamma=FIVE_GAMMA, beta=FIVE_BETA,
                moved=five + 100, doubled=2 * five,
                far=rows(FAR, FAR_GAMMA, FAR_BETA), farther=rows(FARTHER, FAR_GAMMA, FAR_BETA),
                far_gamma=FAR_GAMMA, far_beta=FAR_BETA,
                table={"x": columns, "means": means, "stds": np.sqrt(variances),
                       "x_hat": normalize(columns, means, variances, eps=0)},
                bug={"lines": LINES, "wrong": WRONG, "mended": MENDED, **results(LINES)})


def rows(x, gamma, beta):
    """Batch norm of one unit by hand, eps = 0: a row for each step, of m numbers, their mean and their variance.

    ``x`` has the shape ``(m,)``. (How much the squares vary is of no use, and left out.)
    """
    x = np.asarray(x, dtype=float)
    mean, var = batch_mean(x), batch_variance(x)
    x_hat = normalize(x, mean, var, eps=0)
    made = {"x": x, "x − μ": x - mean, "squared": (x - mean) ** 2, "x̂": x_hat,
            "y": scale_and_shift(x_hat, gamma, beta)}
    return {name: [*row, batch_mean(row), None if name == "squared" else batch_variance(row)]
            for name, row in made.items()}


def results(lines):
    """What four lines of NumPy make of the homework's first batch, by name; gamma = 1, beta = 0 and eps = 10⁻⁵."""
    names = {"np": np, "x": np.asarray(FIVE, dtype=float), "gamma": 1, "beta": 0, "eps": 1e-5}
    exec("\n".join(lines), names)
    return {name: names[name] for name in ("var", "y")}


def question(entry):
    """A prediction or a quiz question as paper shows it: its words, choices by letter, and what is right and why."""
    choices = dict(zip("ABCDE", entry.get("choices", ())))
    right = next((letter for letter, choice in choices.items() if choice.get("right")), None)
    because = choices[right]["because"] if right else entry["because"]
    return {"words": entry["question"], "choices": {letter: choice["text"] for letter, choice in choices.items()},
            "right": right or number(entry["answer"]), "because": because}


def number(value):
    """A number as a person writes it: at most two decimals, a comma between thousands, a real minus."""
    return f"{value:z,.2f}".rstrip("0").rstrip(".").replace("-", "−")


def page(name, **given):
    """The page of a template beside nbconvert's, which gets what it shows by name."""
    return _templates.get_template(f"{name}.html.j2").render(given)


_templates = Environment(loader=FileSystemLoader(Path(__file__).parent / "template"), autoescape=True,
                         trim_blocks=True, lstrip_blocks=True)
_templates.filters.update(number=number, numbers=lambda values, between=", ": between.join(map(number, values)),
                          inline=lambda words: Markup(inline(words)))
