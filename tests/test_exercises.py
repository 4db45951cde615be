"""The exercises: three states, right answers in many styles, every mistake by its name, and hostile answers."""
import dataclasses
import fractions
import functools
import inspect
import math
import re
import statistics
import sys

import numpy as np
import pytest

import batchnorm_lesson
from answers import ALL, ARGUMENTS, RIGHT, WRONG, each_exercise, function, judged, parts
from answers.lesson_07 import BACK
from batchnorm_lesson import exercises
from batchnorm_lesson.widgets import boxes
from batchnorm_lesson.exercises.calling import same
from batchnorm_lesson.exercises.exercise import Exercise
from batchnorm_lesson.exercises.judging import GENERAL
from test_mutations import gives_the_packages_numbers


# Three states

def test_every_exercise_is_tested():
    assert all(name == exercise.name for name, exercise in ALL.items())
    few = [name for name in ALL
           if len(RIGHT.get(name, ())) < 8 or len(WRONG.get(name, ())) < 8 or name not in ARGUMENTS]
    assert not few, f"{few}: tests/answers needs eight right answers or more, eight wrong ones, and random arguments"
    assert {*RIGHT, *WRONG, *ARGUMENTS} == set(ALL), "tests/answers names an exercise that there is not"


STUBS = ["pass", "...", "return", "return None", "return ...", '"""Shapes."""', '"""Shapes."""\npass',
         '"""Shapes."""\nreturn None', "raise NotImplementedError", 'raise NotImplementedError("your code")',
         "result = ...\nreturn result", "None", "1.5"]


@each_exercise
def test_a_stub_is_not_attempted(exercise):
    for body in STUBS:
        result = judged(exercise.name, body)
        assert (result.status, result.mistake) == ("not attempted", None), body


@each_exercise
def test_nothing_is_not_attempted(exercise):
    for answer in [None, ..., lambda *args: None, lambda *args: ...]:
        assert exercise.check(answer).status == "not attempted"


@each_exercise
def test_a_right_answer_is_right_in_any_style(exercise):
    for body in RIGHT[exercise.name]:
        result = judged(exercise.name, body)
        assert (result.status, result.mistake) == ("right", None), (body, result.message)


@each_exercise
def test_the_solution_is_right(exercise):
    assert exercise.check(exercise.answer).status == "right"
    assert exercise.check(functools.partial(exercise.answer)).status == "right"


@each_exercise
def test_the_plain_solution_is_right_and_equal_to_the_packages_function(exercise):
    shown = re.findall("```python\n(def .*?)\n```", exercise.solution(), re.DOTALL)
    assert len(shown) == 1 + bool(exercise.short_solution) + exercise.gloss.count("```python")
    assert len(shown[0].splitlines()) <= 6
    scope = {"np": np}
    exec(shown[0], scope)
    mine = scope[exercise.stub]
    assert exercise.check(mine).status == "right"
    for case in exercise.cases:
        for got, right in zip(parts(exercise, mine(*case.args)), parts(exercise, exercise.answer(*case.args)),
                              strict=True):
            np.testing.assert_allclose(got, right, rtol=1e-5, atol=1e-12)


@pytest.mark.parametrize("answer", [np.mean, statistics.fmean, np.ndarray.mean, batchnorm_lesson.batch_mean,
                                    lambda x, unused=None: fractions.Fraction(float(x.sum())) / len(x)])
def test_functions_of_others_are_accepted(answer):
    assert exercises.batch_mean.check(answer).status == "right"


# The catalogue

def general_mistakes(exercise):
    """The mistakes that any exercise can be answered with: a wrong function for each, made from the right one."""
    right, example, above = exercise.answer, exercise.answer(*exercise.cases[0].args), 0.7

    def each_part(change, args):
        changed = [change(part) for part in parts(exercise, right(*args))]
        return changed if exercise.parts else changed[0]

    def no_return(*args):
        right(*args)

    def changes_its_input(*args):
        result = right(*args)
        args[0][:] = 0
        return result

    def truncated(*args):
        return each_part(lambda part: part.astype(int) if args[0].dtype.kind == "i" else part, args)

    def wrong_only(blames):
        def answer(*args):
            special = any(blames == case.blames and all(map(np.array_equal, args, case.args))
                          for case in exercise.cases)
            return each_part(lambda part: part + 7 * special, args)
        return answer

    def fails(*args):
        raise ValueError("no")

    names = exercise.call.strip("()").split(", ")
    swapped = [function(f"def answer({', '.join(names[::-1])}):\n    return 0.5\n")] if names[1:] else []
    some = {}
    if exercise.parts:
        some["wrong number of results"] = [lambda *args: right(*args)[1], lambda *args: [*right(*args), 1.0],
                                           lambda *args: [[len(args[0]), 2], [3], [4, 5], [6]]]
    elif np.ndim(example) == 0:
        some["as many values as given"] = [lambda *args: args[0] - 0.5]
    else:
        some["one value instead of all"] = [lambda *args: np.asarray(right(*args)).flat[-1],
                                            lambda *args: [np.asarray(right(*args)).flat[0]]]
    for special in {case.blames for case in exercise.cases} - {""}:
        some[special] = [wrong_only(special)]
    if not exercise.parts:
        some["wrong number of results"] = [lambda *args: (right(*args), right(*args)),
                                           lambda *args: (right(*args), args[0][:1], 3.0)]
    some["integer result"].append(truncated)
    if exercise.name not in ("batch_mean", "steps_until"):  # a mean is always one number times another; inf is a result
        some["a factor or a constant"] = [lambda *args: each_part(lambda part: 1.7 * part, args)]
    some["large batch"] = [lambda *args: each_part(
        lambda part: part + 7 * (len(args[0]) == max(len(case.args[0]) for case in exercise.cases)), args)]
    return {**some, "result instead of the function": [example, 3, "text", [1.0]],
            "wrong arguments": [lambda: 1, lambda *, x: 1, *swapped],
            "parentheses forgotten": [lambda *args: args[0].mean, lambda *args: np.mean, lambda *args: print],
            "no return": [no_return], "changed its input": [changes_its_input], "raised an error": [fails],
            "not numbers": [lambda *args: "text", lambda *args: (v for v in [1]), lambda *args: {1: 2},
                            lambda *args: object(), lambda *args: 1j, lambda *args: True,
                            lambda *args: [*right(*args)[:-1], None] if exercise.parts else [[1, 2], [3]]],
            "wrong shape": [lambda *args: each_part(lambda part: part[..., None], args),
                            lambda *args: args[0].flat[0] + np.ones((len(exercise.parts) or 2, 3, 4))],
            "hard-coded for the example": [lambda *args, result=example: result],
            "name from a cell above": [lambda *args: each_part(lambda part: part ** 3 + above, args)],
            "empty result": [lambda *args: [], lambda *args: np.array([])],
            "same for every batch": [lambda *args: 7.5, lambda *args: (1.5, 2.5, 3.5)]}


def table(exercise, names):
    """What the summary shows of mistakes that were recognised by name: a row for each, then their number."""
    rows = [f"{exercise.name:20} {name:52} yes" for name in names]
    return "\n".join([*rows, f"{exercise.name}: {len(rows)} of {len(rows)} recognised by name"])


def alike(exercise, one, other):
    """Whether two mistakes give the same results for every input that is not of a special kind."""
    return all(same(exercise.mistaken(one, i), exercise.mistaken(other, i), case.tolerance)
               for i, case in enumerate(exercise.cases) if not case.blames)


@each_exercise
def test_every_mistake_is_recognised_by_name(exercise, record_property):
    """By its own, or by that of one before it from which no input can tell it."""
    for mistake in exercise.catalogue:
        with np.errstate(all="raise"):  # as a learner may have set it
            result = exercise.check(mistake.wrong)
        assert result.status == "not right", mistake.name
        found = next(known for known in exercise.known if known.name == result.mistake)
        assert mistake.name == found.name or alike(exercise, mistake, found), (mistake.name, result)
        assert result.message.startswith(found.says)
    record_property("shown", table(exercise, dict.fromkeys(mistake.name for mistake in exercise.catalogue)))


@each_exercise
def test_a_name_has_one_sentence(exercise):
    """The one of the step, or before it the exercise's own."""
    of_steps = [mistake for catalogue in exercise.steps.values() for mistake in catalogue]
    for mistakes in (exercise.mistakes, of_steps):
        said = {mistake.name: mistake.says for mistake in mistakes}
        assert all(mistake.says == said[mistake.name] for mistake in mistakes)
    assert not any("  " in mistake.says or mistake.says != mistake.says.strip() for mistake in exercise.known)


def pairs_of(exercise):
    """Every so-manyth pair of mistakes, with its function."""
    pairs = exercise.two_at_once
    return [(one, other, exercise.made_with(one.wrong | other.wrong)) for one, other in pairs[::len(pairs) // 40 + 1]]


@each_exercise
def test_of_two_mistakes_none_passes_and_most_are_told(exercise, record_property):
    """As two, as one with the same results, or as what the result looks like."""
    checked = [(wrong, exercise.check(wrong)) for _, _, wrong in pairs_of(exercise)]
    results = [result for _, result in checked if result.status != "right"]
    assert all(gives_the_packages_numbers(exercise, wrong)  # two can cancel
               for wrong, result in checked if result.status == "right")
    two = sum(result.message.startswith("Two things: ") for result in results)
    named = sum(result.mistake is not None for result in results)
    record_property("shown", f"{exercise.name}: of {len(results)} pairs {two} are told as two, {named} named")
    assert named >= 0.9 * len(results)


@each_exercise
def test_general_mistakes_are_recognised_by_name(exercise, record_property):
    wrong = general_mistakes(exercise)
    for name, answers in wrong.items():
        for answer in answers:
            result = exercise.check(answer)
            assert (result.status, result.mistake) == ("not right", name), (name, result)
    record_property("shown", table(exercise, wrong))


def test_every_general_mistake_is_tried():
    assert set().union(*map(general_mistakes, ALL.values())) == set(GENERAL)


# What no name explains, and what raises

UNKNOWN = [
    ("batch_mean", "return x.mean() + 1", "For x = [2.5, 7] your function gave 5.75, and 4.75 is right."),
    ("normalize", "return (x - mean) / np.sqrt(var + eps) + 1", "Your result is always the right one plus 1: look"),
    ("normalize", "return 3 * (x - mean) / np.sqrt(var + eps)", "Your result is always 3 times the right one: look"),
    ("normalize", "return ((x - mean) / np.sqrt(var + eps)) ** 3 - 1", "The mean of your result is -1, and it should"),
    ("normalize", "return ((x - mean) / np.sqrt(var + eps)) ** 3", "The variance of your result is"),
    ("normalize", "return np.roll((x - mean) / np.sqrt(var + eps), 1)", "the single values are not"),
    ("normalize", "return (x - mean) / (var - var)", "nan and inf come from a division by 0"),
    ("undo_gamma_beta", "return (x.var() + eps) ** 0.5, x.max()", "Look at beta."),
    ("undo_gamma_beta", "return x.max(), x.min()", "Look at gamma and beta."),
    ("batch_norm_backward", f"{BACK}return 3 * dx, dgamma, dbeta", "For dy = [0.5, -2], x = [2.5, 7], gamma = -1.5, "
     "eps = 2 your function gave dx = [-0.599397, 0.599397], dgamma = -2.11662, dbeta = -1.5, and dx = [-0.199799, "
     "0.199799], dgamma = -2.11662, dbeta = -1.5 is right. Look at dx."),
    ("batch_norm_backward", f"{BACK}return dx, dgamma + 0.001, dbeta", "is right. Look at dgamma."),
    ("batch_norm_backward", f"{BACK}return dx, dgamma, 1.001 * dbeta", "is right. Look at dbeta."),
    ("batch_norm_backward", f"{BACK}return dx + 0.001, dgamma, dbeta - 1", "is right. Look at dx and dbeta."),
    ("batch_norm_backward", f"{BACK}return dx / 0, dgamma, dbeta", "nan and inf come from"),
]


def test_where_inf_is_an_answer_it_comes_from_no_division():
    assert judged("steps_until", "return np.inf if limit < 1.1 else 3").message == (
        "For losses = [1.23457, 0.765432, 0.9], limit = 1, window = 1 your function gave inf, and 2 is right.")


CLUES = [
    ("batch_variance", "return ((x - x.mean()) ^ 2).mean()", "a power is **, not ^"),
    ("batch_variance", "return sum((v - 1.0) ^ 2 for v in x.tolist())", "a power is **, not ^"),
    ("batch_variance", "return ((x - x.mean)** 2).mean()", "Parentheses are missing"),
    ("batch_variance", "return ((x - np.mean) ** 2).mean()", "Parentheses are missing"),
    ("batch_variance", "d = x - x.mean()\nreturn (d)(d).mean()", "To multiply, write *"),
    ("batch_variance", "return ((x - my_batch_mean(x)) ** 2).mean()", "copy it in"),
    ("batch_mean", "return sum(x[i] for i in x) / len(x)", "range(len(x))"),
    ("batch_mean", "total = 0\nfor i in len(x):\n    total += x[i]\nreturn total", "Loop over range(len(x))"),
    ("batch_norm_backward", f"{BACK}return np.array([dx, dgamma, dbeta])", "Return them side by side"),
    ("batch_norm_backward", "def my_parameter_gradients(dy, x_hat):\n    ...\n\n"
     "dgamma, dbeta = my_parameter_gradients(dy, x)\nreturn dy, dgamma, dbeta", "not written yet?"),
    ("batch_norm_backward", "x_hat = np.array([-1.4, -0.2, 0.2, 1.4])\nreturn dy, (dy * x_hat).sum(), dy.sum()",
     "come from a cell above?"),
    ("normalize", "return (x - mean) / sqrt(var + eps)", "Did you mean np.sqrt?"),
    ("normalize", "return (x - maen) / np.sqrt(var + eps)", "a misspelling, or a cell above"),
    ("normalize", "return [(v - mean) / math.sqrt(var + eps) for v in X]", "a misspelling, or a cell above"),
]


@pytest.mark.parametrize("name, body, words", CLUES)
def test_an_exception_is_explained(name, body, words):
    result = judged(name, body)
    assert (result.status, result.mistake) == ("not right", "raised an error")
    assert words in result.message


def test_arguments_in_another_order_are_named():
    answer = function("def answer(x, var, mean, eps):\n    return (x - mean) / math.sqrt(var + eps)\n")
    result = exercises.normalize.check(answer)
    assert result.mistake == "wrong arguments"
    assert "takes (x, var, mean, eps). The check calls it with (x, mean, var, eps), in this order." in result.message


@pytest.mark.parametrize("name, body, words", UNKNOWN)
def test_an_unknown_mistake_is_shown_on_its_smallest_input(name, body, words):
    result = judged(name, body)
    assert result.status == "not right" and result.mistake in (None, "a factor or a constant")
    assert words in result.message


UNEQUAL = [  # results whose parts are not what they should be, and the words that say which part, and what of it
    ("return dx[-1], dgamma, dbeta", "one value instead of all", "Your dx is one value, and it should have shape (2,)"),
    ("return [dx[0]], dgamma, dbeta", "one value instead of all", "Your dx is one value"),
    ("return dx[:, None], dgamma, dbeta", "wrong shape", "Your dx has shape (2, 1), and it should have shape (2,)."),
    ("return np.append(dx, 0), dgamma, dbeta", "wrong shape", "Your dx has shape (3,), and it should have shape (2,)."),
    ("return dx, [dgamma], dbeta", "wrong shape", "Your dgamma has shape (1,), and it should have shape (), a single"),
    ("return dx, dgamma, 2 * dy", "as many values as given", "Your dbeta has as many values as"),
    ("return np.array([dx, dgamma + 0 * dx, dbeta + 0 * dx])", "as many values as given", "Your dgamma has as many"),
    ("return dgamma, dbeta, dx", "returned dgamma, dbeta, dx", "Return dx, dgamma, dbeta, in this order."),
    ("return dbeta, dx, dgamma", "returned dbeta, dx, dgamma", "You returned dbeta, then dx, then dgamma."),
    ("return dx", "only dx", "Return dgamma and dbeta, too"),
    ("return 2 * dx", "wrong number of results", "returned one result of shape (2,). Return dx, dgamma, dbeta"),
    ("return dx, 2 * dgamma", "wrong number of results", "Your function returned 2 results."),
    ("return 1.5 * dgamma", "wrong number of results", "Your function returned one number."),
    ("return dx, dgamma, dbeta, 1.0", "wrong number of results", "Your function returned 4 results."),
    ("return None, dgamma, dbeta", "not numbers", "Your function returned None in the place of dx."),
    ("return dx, dgamma, 'dbeta'", "not numbers", "Your function returned text in the place of dbeta."),
    ("return dx, (dy * x).sum, dbeta", "parentheses forgotten", "has not been called in the place of dgamma."),
    ("return {'dx': dx, 'dgamma': dgamma}", "not numbers", "Your function returned a dictionary."),
]


@pytest.mark.parametrize("body, mistake, words", UNEQUAL)
def test_the_part_that_is_off_is_named(body, mistake, words):
    result = judged("batch_norm_backward", BACK + body)
    assert (result.status, result.mistake) == ("not right", mistake) and words in result.message, result


def test_every_part_is_measured_by_its_own_size():
    """A large part does not hide an error in a small one."""
    two = Exercise(name="two", call="(x)", task="", answer=lambda x: (1e6 * x, x.sum()), hints=(),
                   cases=exercises.batch_mean.cases, parts=("large", "small"))
    assert two.check(lambda x: (1e6 * x + 0.01, x.sum())).status == "right"
    assert two.check(lambda x: [list(1e6 * x), x.sum() * (1 + 1e-7)]).status == "right"
    assert "Look at small." in two.check(lambda x: (1e6 * x, x.sum() + 0.01)).message
    assert "Look at large." in two.check(lambda x: (1e6 * x + 1e3, x.sum())).message


# Hostile answers

class Rude:
    """A callable that fails at everything one can ask of it."""

    def __call__(self, *args):
        raise RuntimeError("no")

    def __getattr__(self, name):
        raise RuntimeError("no")

    def __eq__(self, other):
        raise RuntimeError("no")

    __array__ = __len__ = __iter__ = __repr__ = __str__ = __bool__ = __float__ = __call__


class Speechless(Exception):
    def __str__(self):
        raise RuntimeError("no")


def raises(error):
    def answer(*args):
        raise error
    return answer


def endless(*args):
    return endless(*args)


def nested():
    inside = []
    inside.append(inside)
    return inside


async def coroutine(*args):
    return 1


HOSTILE = [raises(error) for error in (SystemExit(1), GeneratorExit(), MemoryError(), StopIteration(), Speechless(),
                                       RuntimeError("<x at 0x7f00aa>"), BaseException("x"), ZeroDivisionError("zero"))]
HOSTILE += [Rude(), Rude, endless, coroutine, lambda *args: Rude(), lambda *args: nested(), lambda *args: float("nan"),
            lambda *args: [Rude()], lambda *args: [None, None], lambda *args: range(10 ** 5), lambda *args: b"x",
            lambda *args: np.datetime64("2015-02-11"), lambda *args: np.ones((0, 3)), lambda *args: 10 ** 400,
            lambda *args: args, lambda *args: np.ma.masked, lambda *args: sys.exit("bye"), lambda *args: print,
            lambda *args: np.array(["1", "2"], dtype=object), int, list, print, type, dict, max, 5, "x", {},
            Rude().__call__]


@each_exercise
def test_a_check_never_raises(exercise, capsys, recwarn):
    for answer in HOSTILE:
        result = exercise.check(answer)
        assert result.status == "not right", answer
        text = repr(result) + result._repr_mimebundle_()[0]["text/html"]
        assert "Traceback" not in text and "0x" not in text and "/site-packages" not in text
    assert not recwarn.list


@each_exercise
def test_what_an_answer_does_to_numpy_ends_with_it(exercise):
    def answer(*args):
        infinite = [part * np.inf for part in parts(exercise, exercise.answer(*args))]
        np.seterr(all="raise")
        np.abs = np.isfinite = None
        return infinite if exercise.parts else infinite[0]

    true_abs = np.abs
    assert exercise.check(answer).status == "not right"
    assert np.geterr()["invalid"] == "warn" and np.abs is true_abs


def test_an_interrupt_passes_through():
    with pytest.raises(KeyboardInterrupt):
        exercises.batch_mean.check(raises(KeyboardInterrupt()))


def test_no_warning_is_shown(recwarn):
    assert exercises.normalize.check(lambda x, mean, var, eps: (x - mean) / np.sqrt(var)).mistake == "eps forgotten"
    assert not recwarn.list


def test_prints_are_shown_for_the_first_batch_only(capsys):
    def answer(x):
        print("mean of", len(x))
        return x.mean()

    assert exercises.batch_mean.check(answer).status == "right"
    assert capsys.readouterr().out == "mean of 4\n"


def test_the_line_that_raised_is_shown():
    def answer(x):
        total = x.sum()
        return total / x.men()

    result = exercises.batch_mean.check(answer)
    assert result.mistake == "raised an error"
    assert result.message.startswith("Your line “return total / x.men()” raised AttributeError: ")
    assert "check the spelling" in result.message


def test_whole_numbers_are_named_when_only_they_raise():
    def answer(x, mean, var, eps):
        x_hat = x.copy()
        x_hat -= mean
        return x_hat / np.sqrt(var + eps)

    result = exercises.normalize.check(answer)
    assert result.mistake == "raised an error" and "This happened when whole numbers were given." in result.message
    assert "copy the old one with .astype(float)" in result.message


@each_exercise
def test_a_note_names_no_argument_of_another_exercise(exercise):
    names = {name for other in ALL.values() for name in other.names} - {"mean", "limit", "window"}  # words as well
    for case in exercise.cases:
        assert names & set(re.findall(r"\w+", case.note)) <= set(exercise.names), case.note


def test_the_batches_of_a_check_cannot_be_spoiled():
    exercises.normalize.check(lambda x, *rest: x.fill(np.nan))
    assert exercises.normalize.check(exercises.normalize.answer).status == "right"


def test_results_are_the_same_every_time():
    one, two = ([repr(exercise.check(answer)) for exercise in ALL.values()
                 for answer in [*(mistake.wrong for mistake in exercise.catalogue[::10]), lambda *args: 0.5,
                                np.sum, None]]
                for _ in range(2))
    assert one == two and not any(re.search(r"0x[0-9a-f]{4}|\.py", text) for text in one)


# What is shown

def test_results_show_in_words_and_as_a_box():
    for status, answer in [("right", np.mean), ("not right", np.sum), ("not attempted", None)]:
        result = exercises.batch_mean.check(answer)
        bundle, _ = result._repr_mimebundle_()
        icon, words = boxes.LOOKS[status][:2]
        assert bundle["text/plain"] == repr(result) == f"{icon} {words}. {result.message}"
        assert f"{icon} {words}." in bundle["text/html"] and 'role="status"' in bundle["text/html"]


def test_what_a_learner_writes_is_escaped():
    def answer(x):
        raise ValueError("<script>")

    assert "<script>" not in exercises.batch_mean.check(answer)._repr_mimebundle_()[0]["text/html"]


@each_exercise
def test_hints_come_closer_and_stay_at_the_last(exercise):
    fresh = dataclasses.replace(exercise)
    shown = [fresh.hint()._repr_markdown_() for _ in range(len(exercise.hints) + 2)]
    assert 2 <= len(exercise.hints) <= 3
    assert len(set(shown)) == len(exercise.hints) and shown[-1] == shown[-2] == shown[-3]
    assert [", the last" in hint for hint in shown] == [False] * (len(exercise.hints) - 1) + [True] * 3
    assert all(hint in note for hint, note in zip(exercise.hints, shown))


@each_exercise
def test_the_solution_is_the_packages_own_source(exercise):
    shown = exercise.solution()
    source = inspect.getsource(exercise.answer).removeprefix("@checked\n")
    if not exercise.short_solution:
        source = source.replace(exercise.answer.__name__, exercise.stub, 1)
    assert source in shown + "\n" and shown == repr(shown) == shown._repr_markdown_()
    if exercise.name in batchnorm_lesson.__all__:
        whole = inspect.getsource(getattr(batchnorm_lesson, exercise.name))
        assert whole.startswith("@checked\ndef") and whole.removeprefix("@checked\n") in shown + "\n"
    assert not re.search("^ *@", shown, re.MULTILINE)


@each_exercise
def test_the_statement_names_arguments_shapes_and_an_example(exercise):
    text = exercise._repr_markdown_()
    assert text == exercise.statement == repr(exercise)
    assert f"`{exercise.stub}{exercise.call}`" in text and re.search("shape `[(][mNk]", text) and "Example: " in text
    assert all(f"`{name}" in text for name in exercise.call.strip("()").split(", "))


@pytest.mark.parametrize("name, worked", [("batch_mean", "`10`"), ("batch_variance", "`25`"),
                                          ("normalize", "`[-1.4, -0.2, 0.2, 1.4]`"),
                                          ("scale_and_shift", "`[-1.8, 0.6, 1.4, 3.8]`"),
                                          ("batch_norm", "`[-1.8, 0.6, 1.4, 3.8]`"),
                                          ("undo_gamma_beta", "`[5, 10]`"), ("parameter_gradients", "`[1.4, 3]`"),
                                          ("batch_norm_backward", "`dx = [0.296, -0.272, -0.328, 0.304], dgamma = 1.4, "
                                                                  "dbeta = 3`")])
def test_the_worked_example_is_the_running_example(name, worked):
    assert ALL[name].statement.endswith(f"gives {worked}.")


# The detective's numbers

def test_the_forum_prints_one_number_and_two_bugs():
    detective, eps = exercises.detective, 1e-5
    x, m = detective.batch, 32
    right = (x[0] - x.mean()) / math.sqrt(sum((x - x.mean()) ** 2) / m + eps)
    assert len(x) == m
    assert f"{detective.forum_normalize(x, eps)[0]:.6f}" == "0.050625"
    assert f"{right:.6f}" == f"{detective.answer(x, eps)[0]:.6f}" == "0.051425"
    assert detective.forum_normalize(x, eps)[0] == pytest.approx(right * math.sqrt((m - 1) / m) + eps, abs=1e-9)
    scope = {"np": np}
    exec(detective.forum_code, scope)
    assert np.array_equal(scope["forum_normalize"](x, eps), detective.forum_normalize(x, eps))
