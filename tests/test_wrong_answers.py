"""Wrong answers as learners write them: none passes, and each has the name that it must have.

And what such answers are judged by: inputs that catch a slip, a difference that can be read, clues for errors.
"""
import atexit
import builtins
import contextlib
import io
import itertools
import sys

import numpy as np
import pytest

from answers import ALL, WRONG, each_exercise, judged
from batchnorm_lesson import exercises


@each_exercise
def test_no_wrong_answer_passes_and_each_has_its_name(exercise, capsys):
    for body, mistake in WRONG[exercise.name]:
        result = judged(exercise.name, body)
        assert (result.status, result.mistake or "") == ("not right", mistake), (body, result.message)


# The inputs of a check

def has(value, kind):
    """Whether an array is of a kind by which a slip is found."""
    values = np.asarray(value, dtype=float).ravel()
    return {"zeros": 0 in values, "duplicates": len(set(values)) < values.size,
            "decimals": bool((np.abs(values * 1000 - np.round(values * 1000)) > 1e-5).any()),
            "an outlier": values.size > 100 and np.abs(values).max() > 10 * np.median(np.abs(values)),
            "far from zero": bool(values.min() > 9e7), "whole numbers": np.asarray(value).dtype.kind == "i",
            "equal values": values.size > 1 and len(set(values)) == 1}[kind]


EVERYWHERE = ["zeros", "duplicates", "decimals", "whole numbers"]
ONE_SIDED = {  # inputs that only some exercises can have, and which
    "an outlier": set(ALL) - {"saturated_share"},
    "far from zero": {"batch_variance", "detective", "batch_norm", "undo_gamma_beta", "batch_norm_backward"},
    "equal values": {"batch_variance", "normalize", "detective", "batch_norm", "batch_norm_conv"},
}


@each_exercise
def test_the_inputs_catch_what_depends_on_them(exercise):
    arrays = [arg for case in exercise.cases for arg in case.args if np.ndim(arg)]
    wanted = EVERYWHERE + [kind for kind, names in ONE_SIDED.items() if exercise.name in names]
    assert [kind for kind in wanted if not any(has(array, kind) for array in arrays)] == []
    for name in {"gamma", "beta"} & set(exercise.names):
        given = [np.ravel(case.args[exercise.names.index(name)]) for case in exercise.cases]
        assert any(0 in values for values in given) and any((values < 0).any() for values in given)
    sizes = {np.shape(case.args[0]) for case in exercise.cases}
    alone = any(shape[0] == 1 for shape in sizes)
    assert alone or exercise.name in ("undo_gamma_beta", "update_running")  # which ask for two values or more
    assert len(next(iter(sizes))) == 1 or any(shape[1] == 1 for shape in sizes)


def test_undo_gets_values_that_differ():
    assert all(np.ptp(case.args[0]) > 0 for case in exercises.undo_gamma_beta.cases)


def test_the_features_far_from_zero_are_far_from_zero_both_ways():
    for name in ("batch_norm_features", "batch_norm_conv"):
        assert any(np.abs(case.args[0]).min() > 9e7 and case.args[0].min() < 0 for case in ALL[name].cases)


def test_a_threshold_is_met_exactly():
    assert any((np.abs(case.args[0]) == 0.97).any() for case in exercises.saturated_share.cases)


FLOAT32 = [  # results in float32 are right near 100,000,000 as well: the mean of that batch has no digits too many
    ("batch_variance", "return np.float32(x.var())"),
    ("batch_variance", "return ((x - np.float32(x.mean())) ** 2).mean().astype(np.float32)"),
    ("undo_gamma_beta", "return np.float32(np.sqrt(x.var() + eps)), np.float32(x.mean())"),
    ("detective", "mean, var = np.float32(x.mean()), np.float32(x.var())\nreturn (x - mean) / np.sqrt(var + eps)"),
    ("batch_norm", "x_hat = ((x - x.mean()) / np.sqrt(x.var() + eps)).astype(np.float32)\n"
                   "return (np.float32(gamma) * x_hat + np.float32(beta)).astype(np.float32)"),
    ("batch_norm_features", "mean, var = np.float32(x.mean(axis=0)), np.float32(x.var(axis=0))\n"
                            "return (gamma * (x - mean) / np.sqrt(var + eps) + beta).astype(np.float32)"),
    ("batch_norm_backward", "std = np.float32(np.sqrt(x.var() + eps))\n"
                            "x_hat = ((x - x.mean()) / std).astype(np.float32)\n"
                            "return (gamma / std * (dy - dy.mean() - x_hat * (dy * x_hat).mean()), (dy * x_hat).sum(), "
                            "np.float32(dy.sum()))"),
]


@pytest.mark.parametrize("name, body", FLOAT32)
def test_results_in_float32_are_right(name, body):
    result = judged(name, body)
    assert result.status == "right", result.message


@pytest.mark.parametrize("name", ["batch_norm", "detective"])
def test_x_in_float32_is_told_apart_from_a_wrong_formula(name):
    body = "x = x.astype(np.float32)\n" + {"batch_norm": "return batch_norm(x, gamma, beta, eps)",
                                          "detective": "return batch_norm(x, 1.0, 0.0, eps)"}[name]
    result = judged(name, body)
    assert result.mistake == "digits lost far from zero" and "(Was x made float32? It keeps 7" in result.message


# What is said

SAID = [  # wrong names that were given once, and what is said now
    ("batch_mean", "return x.mean(), x.var()", "Your function returned 2 results. Return one number."),
    ("batch_mean", "return [x.mean(), x.var(), 1.0]", "Your function returned 3 results. Return one number."),
    ("batch_mean", "return [v for v in x - 1]", "has as many values as your function was given"),
    ("normalize", "return (x - mean) / np.sqrt(var + eps), mean", "returned 2 results. Return one, of shape (2,)."),
    ("undo_gamma_beta", "return x.std(), x.mean(), x.var()", "returned 3 results. Return gamma, beta, in this order"),
    ("batch_mean", "return [f'{v:.2f}' for v in x]", "Your function returned a list with text in it."),
    ("batch_mean", "return ['1', 2.0]", "a list with text in it"),
    ("normalize", "return [v - mean for v in x], ['text']", "a tuple with a list with text in it in it"),
    ("saturated_share", "return np.abs(h) > 0.97", "an array of True and False"),
    ("batch_norm", "return x", "Either nothing was done to it, or it was scaled and shifted by its own statistics"),
    ("batch_mean", "return int(x.mean())", "int(…) does that"),
    ("batch_mean_table", "return x.sum(axis=0) // len(x)", "// does that"),
    ("saturated_share", "n = (abs(h) > 0.97).sum()\nif n:\n    return n / h.size",
     "Your function returned None when nothing was saturated."),
    ("batch_norm", "return np.ones(3)", "Your result is the same, whatever your function is given."),
    ("saturated_share", "return 1.0", "Your result is the same, whatever your function is given."),
    ("scale_and_shift", "y = []\nfor v in x_hat:\n    y = y + gamma * v + beta\nreturn y", "an empty y has none."),
    ("batch_norm", "y = []\nfor v in x:\n    np.append(y, v)\nreturn y", "np.append(y, v) leaves y as it is."),
    ("undo_gamma_beta", "return [], x.mean()", "Your gamma is empty"),
    ("batch_norm", "return [[3 * v] for v in x]",
     "Axis 1 is one too many. It has length 1: each number stands in brackets"),
    ("batch_norm", "return [3 * x]", "Axis 0 is one too many. It has length 1: the result stands in brackets, [y], or"),
    ("batch_mean_table", "return [3 * v.sum() for v in x]",
     "one number for each row, and there should be one for each col"),
    ("batch_norm_features", "return (3 * x).T", "The first two axes are exchanged"),
    ("batch_norm_conv", "return [3 * x[:, c] for c in range(x.shape[1])]", "y.swapaxes(0, 1) turns them round"),
]


@pytest.mark.parametrize("name, body, words", SAID)
def test_what_is_said_is_true(name, body, words):
    assert words in judged(name, body).message


NEVER = ["return round({}, 2)", "return abs({})", "return {} + 1", "return {} * 3"]


@pytest.mark.parametrize("body", NEVER)
def test_hard_coded_is_said_only_of_the_examples_own_result(body):
    for name, right in [("batch_mean", "x.mean()"), ("batch_variance", "x.var()")]:
        assert judged(name, body.format(right)).mistake != "hard-coded for the example"


READABLE = [
    ("batch_norm_conv", "y = batch_norm(x, gamma, beta, eps)\ny[:, 1:2] *= 3\nreturn y",
     "Look at channel 1 alone. For x[:, 1] = [[[", "gamma[1] = -2, beta[1] = 0, eps = 0.5 your function gave [[["),
    ("batch_norm_features", "y = batch_norm(x, gamma, beta, eps)\ny[:, 0] += 1\nreturn y",
     "Look at column 0 alone. For x[:, 0] = [2.5, 7], gamma[0] = -1.5, beta[0] = 4, eps = 0.5 your function gave [",
     "The mean of your result is 5, and it should be 4."),
    ("batch_mean_table", "y = x.mean(axis=0)\ny[-1] *= 3\nreturn y",
     "Look at column 2 alone. For x[:, 2] = [4, 8.5] your function gave 18.75, and 6.25 is right.", ""),
    ("normalize", "x_hat = (x - mean) / np.sqrt(var + eps)\nif np.max(x) > 99:\n    x_hat[-1] = 3\nreturn x_hat",
     "For x = (128 values), mean = 0, var = 1, eps = 0.5 your function gave 3 at index 127, where x is 1000, and "
     "816.497 is right.", "one value lies far out"),
    ("update_running", "mean, var = x.mean(axis=0), x.var(axis=0, ddof=1)\nvar[-1] += 3\n"
                       "return (1 - momentum) * running_mean + momentum * mean, "
                       "(1 - momentum) * running_var + momentum * var",
     "Look at column 0 alone. For x[:, 0] = [-3.6, 6.9], running_mean[0] = 2, running_var[0] = 3, momentum = 0.3 your "
     "function gave [1.895, 19.5375], and [1.895, 18.6375] is right.", "Look at running_var."),
    ("layer", "y = np.zeros((len(h), len(W[0])))\nfor j in range(len(W)):\n    z = h @ W[:, j]\n"
              "    y[:, j] = np.tanh(batch_norm(z, gamma[j], beta[j], eps))\nreturn y",
     "Look at column 2 of the result alone. For h = [[1, 0], [3, 0], [0, 2]], W[:, 2] = [0, 3], gamma[2] = 2, "
     "beta[2] = -1, eps = 0 your function gave [0, 0, 0], and [-0.984129, -0.984129, 0.949672] is right.", ""),
    ("residual_layer", "y = h + np.maximum(batch_norm(h @ W, gamma, beta, eps), 0)\ny[9:, -1] += 1\nreturn y",
     "Look at column 1 of the result alone. For h = (20 values), W[:, 1] = [-1, 0.25], gamma[1] = -1.2, beta[1] = 0.1, "
     "eps = 0 your function gave ", " at index 9, where h is ["),
]


@pytest.mark.parametrize("name, body, words, more", READABLE)
def test_a_difference_is_small_enough_to_read(name, body, words, more):
    message = judged(name, body).message
    assert words in message and more in message and len(message) < 500, message


@each_exercise
def test_no_difference_is_long(exercise):
    for answer in (lambda *args: changed(exercise, args, 1.1), lambda *args: changed(exercise, args, np.nan)):
        assert len(exercise.check(answer).message) < 500


def changed(exercise, args, factor):
    result = exercise.answer(*args)
    return tuple(factor * part + 0.3 for part in result) if exercise.parts else factor * result + 0.3


CLUES = [
    ("batch_mean_table", "return x.mean(dim=0)", "NumPy it is axis="),
    ("batch_mean_table", "return np.sum(x, dim=0)", "NumPy it is axis="),
    ("batch_norm_conv", "return x - x.mean(axis=(0, 2, 3), keepdim=True)", "keepdims="),
    ("batch_variance", "return x.var(unbiased=False)", "ddof=0"),
    ("batch_norm_conv", "return x * gamma.view(1, -1, 1, 1)", "x.reshape"),
    ("batch_norm_conv", "return x.view(-1, 2)", "x.reshape"),
    ("batch_norm_conv", "return x.permute(0, 2, 3, 1)", "x.transpose"),
    ("batch_norm", "return torch.sqrt(x)", "np.sqrt"),
    ("batch_norm_conv", "return x - x.mean(axis=[0, 2, 3], keepdims=True)", "axis=(0, 2, 3)"),
    ("saturated_share", "return np.mean(h > 0.97 | h < -0.97)", "each comparison in brackets"),
    ("saturated_share", "return np.mean(h > 0.97 or h < -0.97)", "write & and |"),
    ("saturated_share", "return np.mean((h > 0.97) and (h < 2))", "write & and |"),
    ("batch_norm_features", "N, C, H, W = x.shape\nreturn x", "against the axes of x"),
    ("batch_norm_conv", "m, C = x.shape\nreturn x", "against the axes of x"),
    ("batch_mean", "return input('mean? ')", "Nothing has to be typed in."),
]
LISTS = [
    ("scale_and_shift", "return gamma * list(x_hat) + beta", "* repeats one"),
    ("scale_and_shift", "return gamma * tuple(x_hat) + beta", "np.array(…), or go through the values with for"),
    ("scale_and_shift", "return [float(gamma * v) for v in x_hat] + float(beta)", "+ joins two of them"),
    ("scale_and_shift", "return float(beta) + [float(gamma * v) for v in x_hat]", "+ joins two of them"),
    ("normalize", "return (x.tolist() - float(mean)) / np.sqrt(var + eps)", "they have no −"),
    ("normalize", "return tuple(v - mean for v in x) / math.sqrt(var + eps)", "they have no −, /"),
    ("batch_variance", "return sum([v - x.mean() for v in x] ** 2) / len(x)", "they have no −, / or **"),
    ("batch_mean", "x = list(x)\nreturn x.mean()",
     "A list has no .mean, an array has: np.array(…) makes one. np.mean(…)"),
    ("batch_mean", "return tuple(x).sum() / len(x)", "np.sum(…) takes a tuple as well"),
    ("batch_norm_features", "return x.tolist().var(axis=0)", "np.var(…) takes a list as well"),
    ("batch_mean", "t = 0.0\nfor v in x:\n    t.append(v)\nreturn t", "Only a list has append"),
    ("batch_mean", "t = x[0]\nfor v in x:\n    t.append(v)\nreturn t", "y = [] in front of the loop"),
    ("normalize", "y = np.array([])\nfor v in x:\n    y.append(v)\nreturn y", "Only a list has append"),
    ("normalize", "y = []\nfor v in x:\n    y = y.append(v)\nreturn y", "y.append(v) and x.sort() return None"),
    ("batch_mean", "for v in x:\n    total += v\nreturn total / len(x)", "in front of the loop: total = 0."),
    ("batch_mean", "return sum(sum(v) for v in x)", "That is one number"),
    ("batch_mean", "return sum(v / len(v) for v in x.tolist())", "That is one number"),
    ("batch_mean", "return sum(x(i) for i in range(len(x)))", "To take one value, write x[i]."),
    ("batch_mean", "return sum(x[i][0] for i in range(len(x)))", "There are more indices than axes"),
    ("batch_mean", "return sum(x[i, 0] for i in range(len(x)))", "There are more indices than axes"),
    ("batch_mean", "m = len(x)\nreturn x.sum() / m[0]", "There are more indices than axes"),
    ("batch_mean", "m = 0\nfor i, v in x:\n    m += v\nreturn m", "for i, v in enumerate(x)"),
    ("batch_mean", "m = 0\nfor v in enumerate(x):\n    m += v\nreturn m", "enumerate(x) give pairs"),
    ("parameter_gradients", "s = 0\nfor d in zip(dy, x_hat):\n    s += d[0] * d\nreturn s, sum(dy)", "give pairs"),
    ("parameter_gradients", "s = 0\nfor a, b in dy, x_hat:\n    s += a * b\nreturn s, sum(dy)", "in zip(x, y)"),
    ("batch_mean", "m = ''\nfor v in x:\n    m += v\nreturn m", "Text does not compute"),
    ("batch_mean", "return '3' / len(x)", "Text does not compute"),
    ("batch_mean", "x = x.tolist()\nreturn sum(x[i] for i in x)", "A position, as in x[i]"),
    ("batch_mean", "return sum(x.tolist()[i] for i in range(len(x) + 1))", "That list has no such place"),
    ("batch_mean", "return sum(v for v in range(x))", "One whole number is needed there"),
    ("normalize", "y = []\nfor i in range(len(x)):\n    y[i] = x[i] - mean\nreturn y",
     "An empty list has no place yet;"),
    ("normalize", "y = np.array([])\nfor i in range(len(x)):\n    y[i] = x[i]\nreturn y",
     "An empty list or array has no"),
    ("normalize", "y = np.zeros(len(x))\nfor i in range(len(x)):\n    y[i] = x - mean\nreturn y", "the place of one"),
    ("normalize", "return (x - mean) / math.sqrt(x)", "np.sqrt(…) takes the root of each"),
    ("normalize", "return (x - mean) / math.sqrt([var + eps])", "np.sqrt(…) takes the root of each"),
    ("batch_mean_table", "x = x.tolist()\nreturn [x[i, 0] for i in range(len(x))]",
     "one index after the other: x[i][j]"),
    ("batch_mean_table", "total = []\nfor row in x:\n    total = total + row\nreturn total",
     "An empty list or array has no"),
]
SIZES = [  # what is said is read from the sizes
    ("batch_mean_table", "return [x[:, j].mean() for j in range(len(x))]",
     "len() counts rows, and x.shape[1] counts col"),
    ("batch_mean_table", "return [x[j].mean() for j in range(x.shape[1])]", "x[j] is row j, and x[:, j] is column j"),
    ("saturated_share", "return sum(abs(h[i, j]) > 0.97 for i in range(len(h)) for j in range(len(h)))", "h.shape[1]"),
    ("batch_norm_features", "y = np.zeros(x.shape)\nfor j in range(x.shape[1]):\n    y[j] = x[:, j]\nreturn y",
     "x[j] is row j, and x[:, j] is column j"),
    ("batch_norm_conv", "return [x[:, c].mean() for c in range(len(x))]", "x[j] is image j, and x[:, j] is channel j"),
    ("layer", "z = h @ W\nreturn [batch_norm(z[:, j], 1, 0, eps) for j in range(len(z))]", "W.shape[1] counts columns"),
    ("batch_norm_features", "return x - x.mean(axis=1)", "as many numbers as x has rows"),
    ("evaluate", "return (x - x.mean(axis=1)) / np.sqrt(running_var + eps)", "for each column: a mean over axis=0"),
    ("layer", "z = h @ W\nreturn z - z.mean(axis=1)", "as many numbers as h has rows"),
    ("update_running", "return running_mean + x.mean(axis=1), running_var", "as many numbers as x has rows"),
    ("batch_norm_conv", "return x - x.mean(axis=(0, 2, 3))", ".reshape(1, -1, 1, 1)"),
    ("batch_norm_conv", "return x - x.mean(axis=(2, 3))", "axis=(0, 2, 3) with keepdims=True"),
    ("layer", "return h * W", "The matrix product is @: h @ W."),
    ("residual_layer", "return h + h * W", "*, + and − go number by number"),
    ("residual_layer", "return h + W @ h", "as many columns on its left as rows on its right"),
    ("layer", "return np.dot(h, W.T)", "as many columns on its left as rows on its right"),
    ("layer", "return batch_norm(W @ h, gamma, beta, eps)", "W @ h for h @ W?"),
    ("fold", "return gamma @ W, b", "* multiplies number by number"),
    ("batch_mean", "return sum(x[i] for i in range(len(x) + 1))", "ends at m − 1"),
]


@pytest.mark.parametrize("name, body, words", CLUES + LISTS + SIZES)
def test_a_clue_for_what_users_of_torch_numpy_and_lists_meet(name, body, words):
    result = judged(name, body)
    assert result.mistake == "raised an error" and words in result.message, result


# Nothing is disturbed

@pytest.mark.parametrize("result", [range(10 ** 9), np.broadcast_to(1.0, 10 ** 9), [range(10 ** 9)] * 3, "x" * 10 ** 7,
                                    [[0.0] * 400] * 400, dict.fromkeys(range(10 ** 5 + 1))],
                         ids=["range", "array", "list of ranges", "text", "list of lists", "dictionary"])
def test_a_result_without_end_is_refused_by_its_length(result, monkeypatch):
    """NumPy never sees it."""
    seen = []
    true_array = np.array
    monkeypatch.setattr("batchnorm_lesson.exercises.calling.as_numbers",
                        lambda part: seen.append(part) or true_array(np.nan))
    exercise = exercises.normalize
    assert exercise.check(lambda *args: result).status == "not right"
    assert not any(part is result for part in seen) or isinstance(result, str)


def test_a_long_result_is_named():
    result = exercises.batch_mean.check(lambda x: range(10 ** 9))
    assert result.mistake == "not numbers" and "more than 100,000 numbers" in result.message


def test_what_goes_to_stderr_appears_for_the_first_batch_only(capsys):
    def answer(x):
        print("m is", len(x), file=sys.stderr)
        return x.mean()

    assert exercises.batch_mean.check(answer).status == "right"
    assert capsys.readouterr().err == "m is 4\n"


def test_what_is_displayed_appears_for_the_first_batch_only():
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.display import display
    shell = InteractiveShell.instance()
    shown = io.StringIO()
    try:
        with contextlib.redirect_stdout(shown):
            assert exercises.batch_mean.check(lambda x: display(len(x)) or x.mean()).status == "right"
    finally:
        shell.atexit_operations()
        atexit.unregister(shell.atexit_operations)  # a second time it would fail
        InteractiveShell.clear_instance()
    assert shown.getvalue() == "4\n"


def test_figures_are_left_over_from_the_first_batch_only():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.close("all")

    def answer(x):
        pyplot.plot(x)
        pyplot.figure()
        return x.mean()

    try:
        assert exercises.batch_mean.check(answer).status == "right"
        assert [len(pyplot.figure(number).axes) for number in pyplot.get_fignums()] == [1, 0]
        assert len(pyplot.figure(1).axes[0].lines) == 1
    finally:
        pyplot.close("all")


def test_nobody_is_asked_more_than_once(monkeypatch):
    asked = itertools.count()
    monkeypatch.setattr(builtins, "input", lambda *_: str(next(asked)))
    mine = builtins.input
    for answer in (lambda x: float(input("mean? ")), lambda x: [input() for _ in x] and x.mean()):
        assert exercises.batch_mean.check(answer).status == "not right"
    assert next(asked) <= 1 and builtins.input is mine


@pytest.mark.parametrize("name", ["array", "abs", "isfinite", "allclose", "mean", "asarray", "sqrt", "full"])
def test_what_a_learner_puts_into_numpy_breaks_no_check(name, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("patched")

    for patched in (broken, 5, None):
        monkeypatch.setattr(np, name, patched)
        for exercise in ALL.values():
            assert exercise.check(exercise.answer).status == "right"
            assert exercise.check(exercise.catalogue[0].wrong).mistake == exercise.catalogue[0].name
        assert getattr(np, name) is patched


def test_what_a_learner_deletes_from_numpy_breaks_no_check(monkeypatch):
    monkeypatch.delattr(np, "array")
    assert exercises.batch_norm.check(exercises.batch_norm.answer).status == "right"
