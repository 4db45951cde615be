"""Random wrong functions never pass: right answers with one operator, operand, constant, name or argument changed.

Changed are the solutions (the package's own source) and the right answers of tests/answers. Some changes make no
difference: such a mutant is excluded only if it gives the package's numbers on other random inputs as well, and its
kind of change is one of EQUIVALENT, with the reason.
"""
import ast
import contextlib
import copy
import inspect
import io
import itertools
import random

import numpy as np
import pytest

from answers import ALL, ARGUMENTS, NAMES, RIGHT, each_exercise, parts, source
from batchnorm_lesson import batchnorm

EQUIVALENT = {
    "operands exchanged": "a + b is b + a, a·b is b·a, and (a − b)² is (b − a)²",
    "call removed": "the call only converted the result, lined up a single feature, or looked for wrong input",
    "argument dropped": "the argument named the only axis there is, or a dtype that was right anyway",
    "name": "the name was used for a length or a dtype that is the same",
    "constant": "−0.0 is 0.0, the last row is the only row, a running mean forgets its start",
}
OPERATORS = [ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Pow]
SPACE = {**NAMES, **vars(batchnorm), "batchnorm": batchnorm}
PER_EXERCISE = 40


def originals(name):
    """The right answers as syntax trees, the solution first; a while loop might never end once it is changed."""
    texts = [inspect.getsource(ALL[name].answer)]
    texts += [source(name, body) for body in RIGHT[name] if "while" not in body]
    return [plain(ast.parse(text)) for text in texts]


def plain(tree):
    """The function named answer, without docstring and defaults, which no change of the numbers can be made in."""
    function = tree.body[0]
    function.name, function.args.defaults = "answer", []
    if ast.get_docstring(function) is not None:
        del function.body[0]
    return tree


def variants(node, names):
    """What one node may be changed into, with the kind of the change."""
    if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, tuple(OPERATORS)):
        for operator in OPERATORS:
            if not isinstance(node.op, operator):
                changed = copy.copy(node)
                changed.op = operator()
                yield "operator", changed
    if isinstance(node, ast.BinOp):
        yield "operands exchanged", ast.BinOp(node.right, node.op, node.left)
        yield "operand dropped", node.left
        yield "operand dropped", node.right
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        for value in (node.value + 1, node.value - 1, -node.value):
            yield "constant", ast.Constant(value)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        for name in names:
            yield "name", ast.Name(name, node.ctx)
    elif isinstance(node, ast.Call):
        yield from calls_changed(node)


def calls_changed(node):
    for i in range(len(node.args)):
        yield "argument dropped", ast.Call(node.func, node.args[:i] + node.args[i + 1:], node.keywords)
    for i in range(len(node.keywords)):
        yield "argument dropped", ast.Call(node.func, node.args, node.keywords[:i] + node.keywords[i + 1:])
    if isinstance(node.func, ast.Attribute) and node.func.attr != "sqrt":
        yield "call removed", node.func.value
    for argument in node.args[:1]:
        yield "call removed", argument


def replaced(tree, target, new):
    """The source of the tree with one node replaced."""
    class Replace(ast.NodeTransformer):
        def visit(self, node):
            return copy.deepcopy(new) if node is target else self.generic_visit(node)

    # The copy keeps the one node itself, by which it is found again.
    return ast.unparse(ast.fix_missing_locations(Replace().visit(copy.deepcopy(tree, {id(target): target}))))


def changed(trees, seed):
    """Random changes of syntax trees, source: kind of change, without end but every time the same."""
    changes = []
    for tree in trees:
        names = sorted({node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)})
        changes += [(tree, node, *variant) for node in ast.walk(tree) for variant in variants(node, names)]
    random.Random(seed).shuffle(changes)
    return ((replaced(tree, node, new), kind) for tree, node, kind, new in changes)


def mutants(name):
    """PER_EXERCISE mutants of an exercise's right answers, source: kind of change."""
    trees, found = originals(name), {}
    unchanged = set(map(ast.unparse, trees))
    for text, kind in changed(trees, name):
        if text not in unchanged:
            found.setdefault(text, kind)
        if len(found) == PER_EXERCISE:
            break
    return found


def twice_changed(name):
    """As many mutants, each changed once more."""
    return {text: f"{kind}, {then}" for first, kind in mutants(name).items()
            for text, then in itertools.islice(changed([ast.parse(first)], first), 1)}


def defined(text):
    scope = dict(SPACE)
    exec(compile(text, "<mutant>", "exec"), scope)
    return scope["answer"]


def gives_the_packages_numbers(exercise, answer):
    rng = np.random.default_rng(31)
    for _ in range(100):
        args = [np.asarray(arg)[()] for arg in ARGUMENTS[exercise.name](rng, *rng.integers(2, 9, 2))]
        right, got = parts(exercise, exercise.answer(*copy.deepcopy(args))), parts(exercise, answer(*args))
        if [part.shape for part in got] != [part.shape for part in right] or not all(
                np.allclose(a.astype(float), b, rtol=1e-5, atol=1e-5) for a, b in zip(got, right)):
            return False
    return True


@pytest.mark.parametrize("made", [mutants, twice_changed])
@each_exercise
def test_mutants_do_not_pass(exercise, made, record_property):
    equal, texts, two = {}, made(exercise.name), 0
    for text, kind in texts.items():
        answer = defined(text)
        with contextlib.redirect_stdout(io.StringIO()):
            result = exercise.check(answer)
        two += result.message.startswith("Two things")
        if result.status == "right":
            assert made is twice_changed or kind in EQUIVALENT, text
            assert gives_the_packages_numbers(exercise, answer), text
            equal[text] = kind
    wrong = len(texts) - len(equal)
    reasons = ", ".join(f"{kind} {list(equal.values()).count(kind)}" for kind in sorted(set(equal.values())))
    record_property("shown", f"{exercise.name}: {wrong} wrong {made.__name__}, none passes, {two} told as two; "
                             f"{len(equal)} equivalent ({reasons or 'none'})")
    assert wrong >= 25
