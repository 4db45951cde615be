"""The notebooks notice when the package is wrong: one line of a scratch copy is changed, and something must go red."""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from batchnorm_lesson import explorers

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = "05_work_through_a_batch_of_four.ipynb"  # goes through every step
UNBIASED = ("batchnorm.py", "(deviations ** 2).mean(axis=_batch_axes(x))",
            "((deviations ** 2).sum(axis=_batch_axes(x)) / (x.size / max(deviations[0].size, 1) - 1))")
SWAPPED = ("batchnorm.py", "_per_feature(gamma, x_hat) * x_hat + _per_feature(beta, x_hat)",
           "_per_feature(beta, x_hat) * x_hat + _per_feature(gamma, x_hat)")

X_FOR_X_HAT = [
    (("figures/lesson_05.py", '"x_hat": x_hat', '"x_hat": x'), "explorers.batch_of_four()"),
    (("figures/lesson_03.py", "style.place(normal, x_hat,", "style.place(normal, x,"), "explorers.leash()"),
    (("figures/lesson_04.py", "counts, edges = np.histogram(x_hat, BARS)", "counts, edges = np.histogram(y, BARS)"),
     "explorers.scale_and_shift(gamma=2.0)"),
]


@pytest.fixture
def scratch(tmp_path):
    """A copy of the package and the notebooks, and a function that runs Python with that copy."""
    for name in ("batchnorm_lesson", "notebooks", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    (tmp_path / "pytest.ini").write_text("[pytest]\n")  # settings of its own: none

    def run(*arguments):
        command = [sys.executable, *arguments]
        environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)

    run.folder = tmp_path
    return run


def mutate(scratch, file, right, wrong):
    path = scratch.folder / "batchnorm_lesson" / file
    source = path.read_text(encoding="utf-8")
    assert source.count(right) == 1, f"{file} has changed: this test must name its line anew"
    path.write_text(source.replace(right, wrong), encoding="utf-8")


@pytest.mark.parametrize("change", [UNBIASED, SWAPPED], ids=["variance with 1/(m-1)", "gamma and beta swapped"])
def test_notebook_and_maths_tests_notice(scratch, change):
    """Without the change both pass: this same suite runs them."""
    mutate(scratch, *change)
    run = scratch("-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env",
                  f"notebooks/{NOTEBOOK}", "tests/test_batchnorm.py")
    assert re.search(rf"^FAILED notebooks/{NOTEBOOK}::Cell \d+", run.stdout, re.MULTILINE), run.stdout + run.stderr
    assert re.search(r"^FAILED tests/test_batchnorm.py::", run.stdout, re.MULTILINE), run.stdout + run.stderr


def test_sentences_notice_x_in_the_place_of_x_hat(scratch):
    for change, _ in X_FOR_X_HAT:
        mutate(scratch, *change)
    shown = [explorer for _, explorer in X_FOR_X_HAT]
    run = scratch("-c", f"from batchnorm_lesson import explorers\nfor explorer in {', '.join(shown)}:\n"
                        "    print(explorer.picture.sentence)")
    assert run.returncode == 0, run.stderr
    for explorer, wrong in zip(shown, run.stdout.splitlines(), strict=True):
        right = eval(explorer, {"explorers": explorers}).picture.sentence
        assert wrong[:10] == right[:10] and wrong != right
