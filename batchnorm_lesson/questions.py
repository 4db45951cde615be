"""Predictions and quiz questions: the reader commits first, then is told how far off and why.

The texts are data, in questions.toml. Without a kernel a question shows its choices and keeps the answer in a
closed block. The result that a prediction is about stays folded until then: ``%%result name``.
"""
import html
import re
import tomllib
from functools import lru_cache
from importlib.resources import files

import ipywidgets as widgets

from .widgets import earlier_runs, results
from .widgets.access import mender
from .widgets.boxes import box
from .checks import one_of
from .widgets.shared import layout, widget

results.register()
earlier_runs.register()


def predict(name):
    """The prediction of that name in questions.toml. Raises ValueError for a name that is not there."""
    predictions = texts()["predict"]
    one_of("name", name, tuple(predictions))
    results.asked(name)
    question = Choice if "choices" in predictions[name] else Guess
    return question(predictions[name], done=lambda: results.answered(name))


def quiz(lesson, number=None):
    """The three questions at the end of a lesson, by its number, or one of them: 1, 2 or 3.

    Raises ValueError for a lesson without any, and for another number.
    """
    quizzes = texts()["quiz"]
    key = one_of("lesson", f"{lesson:02}" if isinstance(lesson, int) else lesson, tuple(quizzes))
    asked = [Choice(entry, f"{i}. ") for i, entry in enumerate(quizzes[key], 1)]
    return Quiz(asked) if number is None else asked[one_of("number", number, (1, 2, 3)) - 1]


class Question(widgets.VBox):
    """A question that is also readable without a kernel: ``as_text`` hides the answer, ``closed`` folds it away."""

    # ipywidgets 7 displays itself through this method, which would leave out the text for readers without a kernel.
    _ipython_display_ = None

    def __init__(self, *rows, done=lambda: None):
        self._feedback, self._done = widget(widgets.HTML), done
        self._feedback.add_class("spoken")
        super().__init__([*rows, self._feedback, *mender()], layout=layout(margin="4px 0"))

    def _tell(self, status, words):
        """Answer an answer; ``done`` is told of it."""
        self._feedback.value = box(status, words)
        self._done()

    def _repr_mimebundle_(self, include=None, exclude=None):
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return {"text/plain": self.as_text, "text/html": self.closed, "application/vnd.jupyter.widget-view+json": view}


class Guess(Question):
    """A number, moved or typed: on Reveal the reader is told how far off it is, and what that says."""

    def __init__(self, entry, done):
        self.entry = entry
        self.as_text = entry["question"]
        self.closed = (_paragraph(entry["question"])
                       + f"<details><summary>Answer</summary>{_paragraph(self._truth())}</details>")
        self.slider = widget(widgets.FloatSlider, {"width": "380px"}, value=entry["start"], min=entry["low"],
                            max=entry["high"], step=entry["step"], description="your guess", readout=False)
        # A slider's own box forgets what was typed unless Enter is pressed; this one sends every key.
        self.box = widget(widgets.Text, {"width": "170px"}, {"description_width": "70px"},
                         value=_number(entry["start"]), description="or type it")
        self.button = widget(widgets.Button, {"width": "auto"}, description="Reveal")
        self.slider.observe(self._moved, "value")
        self.box.observe(self._typed, "value")
        self.box.on_msg(self._entered)
        self.button.on_click(lambda _: self.reveal())
        controls = widgets.HBox([self.slider, self.box, self.button], layout=layout(flex_flow="row wrap"))
        super().__init__(_text(entry["question"]), controls, done=done)

    def _moved(self, _):
        """The box shows where the slider stands, unless it is the box that has moved it."""
        guess = _typed_number(self.box.value)
        # The page sends a stop back with rounding errors of its own: 9.000000000000002.
        if guess is None or abs(self.slider.value - self._on_the_slider(guess)) > self.slider.step / 4:
            self._early = None
            self.box.value = _number(self.slider.value)

    def _typed(self, _):
        self.slider.value = self._on_the_slider(_typed_number(self.box.value))
        # On a slow connection Enter overtakes the last keys: the page holds them back until earlier ones are answered.
        if self._early and self.box.value.startswith(self._early):
            self.reveal()

    def _entered(self, _, message, __):
        """Enter in the box is a press on Reveal."""
        if message.get("event") == "submit":
            self._early = self.box.value
            self.reveal()

    _early = None

    def _on_the_slider(self, guess):
        """The slider's stop nearest to a guess: another value would come back rounded. For no guess, where it is."""
        if guess is None:
            return self.slider.value
        low, high, step = self.slider.min, self.slider.max, self.slider.step
        return min(max(round(low + round((guess - low) / step) * step, 6), low), high)

    def _truth(self):
        return f"It is {_number(self.entry['answer'])}. {self.entry['because']}"

    def reveal(self):
        """Compare the guess with the answer; what is no number is asked for again."""
        guess = _typed_number(self.box.value)
        if guess is None:
            self._feedback.value = box("not attempted", f"“{self.box.value}” is not a number. Write it in digits, for "
                                                        "example 4.5 or −2, and press Reveal again.")
            return
        off = guess - self.entry["answer"]
        said = f"You said {_number(guess)}"
        if abs(off) <= self.entry.get("near", self.entry["step"] / 2):
            self._tell("right", f"{said}. {self._truth()}")
            return
        how, side = ("high", "above") if off > 0 else ("low", "below")
        reply = self._tempted(guess) or self.entry.get(side, "")
        words = [f"{said}: that is {_number(abs(off))} too {how}.", reply, self._truth()]
        self._tell("not quite", " ".join(filter(None, words)))

    def _tempted(self, guess):
        """What is said of a guess that many make, by its value; None for any other."""
        known = [each for each in self.entry.get("tempting", [])
                 if abs(guess - each["guess"]) <= each.get("near", self.entry["step"] / 2)]
        return min(known, key=lambda each: abs(guess - each["guess"]))["because"] if known else None


class Choice(Question):
    """A few answers to choose from, each with its own explanation."""

    def __init__(self, entry, number="", done=lambda: None):
        self.choices = entry["choices"]
        question = number + entry["question"]
        letters = "ABCDE"[:len(self.choices)]
        listed = [f"{letter}. {choice['text']}" for letter, choice in zip(letters, self.choices)]
        explained = [f"{letter}. {'Right. ' if choice.get('right') else 'No. '}{choice['because']}"
                     for letter, choice in zip(letters, self.choices)]
        self.as_text = "\n  ".join([question, *listed])
        # The letters stand in the text: JupyterLab's sanitizer takes the letters of a list away.
        self.closed = (_paragraph(question) + _paragraph(*listed)
                       + f"<details><summary>Answers</summary>{_paragraph(*explained)}</details>")
        # A button named A invites to press that key, and in JupyterLab the letters are commands.
        self.buttons = [widget(widgets.Button, {"width": "auto", "flex": "0 0 auto"}, description=f"Answer {letter}",
                              tooltip=f"Answer {letter}: {choice['text']}")
                        for letter, choice in zip(letters, self.choices)]
        for button, letter, choice in zip(self.buttons, letters, self.choices):
            button.on_click(lambda _, letter=letter, choice=choice: self.answer(letter, choice))
        rows = [widgets.HBox([button, _text(choice["text"])], layout=layout(align_items="center"))
                for button, choice in zip(self.buttons, self.choices)]
        super().__init__(_text(question), *rows, done=done)

    def answer(self, letter, choice):
        """Explain the chosen answer."""
        self._tell("right" if choice.get("right") else "not right", f"{letter}: {choice['because']}")


class Quiz(Question):
    """Several questions, one under the other."""

    def __init__(self, questions):
        self.questions = questions
        self.as_text = "\n\n".join(question.as_text for question in questions)
        self.closed = "<br>".join(question.closed for question in questions)
        super().__init__(*questions)


def _text(words):
    words = f'<div style="line-height:1.5">{inline(words)}</div>'
    return widget(widgets.HTML, {"width": "auto"}, value=words)


def _paragraph(*lines):
    return f"<p>{'<br>'.join(map(inline, lines))}</p>"


def inline(words):
    """Plain words as HTML; `words` between backticks become code, a newline a new line."""
    parts = html.escape(words, quote=False).replace("\n", "<br>").split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))


def _number(value):
    return f"{value:.6g}".replace("-", "−")


def _typed_number(words):
    """The number that somebody typed, or None: 4.5, 4,5, 1,000, −2 and -2 are all read as they are meant."""
    words = words.strip().replace("−", "-").replace("–", "-")
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", words):  # commas between thousands
        words = words.replace(",", "")
    try:
        number = float(words.replace(",", "."))
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


@lru_cache
def texts():
    """All texts of questions.toml: ``predict``, the predictions by name, and ``quiz``, three questions for a lesson."""
    return tomllib.loads((files(__package__) / "questions.toml").read_text(encoding="utf-8"))
