"""What other processors would show, on this one: python tests/processors.py, or make check-processors.

BLAS and NumPy round the last digit differently from processor to processor, and training magnifies it. So what trains
is run once with the oldest kernels there are, without FMA and AVX. That shows one other processor; it cannot show what
one in thirty would. So every test that holds a training against bounds, with ``within``, is then repeated with networks
whose first weights differ in the last digit, and a bound that lies too near is a failure, even if nothing crossed it.
"""
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
TRAINING = [f"tests/test_{name}.py" for name in ("lesson_00", "lesson_07", "lesson_08", "lesson_09", "network")]
OLDEST = {"x86_64": "Prescott", "AMD64": "Prescott", "aarch64": "ARMV8"}  # what OpenBLAS calls them
ROUNDINGS = 20
NEAR = 3  # standard deviations; bounds lie 4 away or more, of which 20 roundings show 3 at the least
ASK = "import numpy; print(*numpy.show_config(mode='dicts')['SIMD Extensions'].get('found', ''))"


def kernels(environment):
    """What a process with these variables computes with: OpenBLAS's kernel, and what NumPy uses beyond its baseline."""
    run = subprocess.run([sys.executable, "-c", ASK], env=environment | {"OPENBLAS_VERBOSE": "2"}, check=True,
                         capture_output=True, text=True)
    core = re.search(r"^Core: (\w+)", run.stderr, re.MULTILINE)  # a BLAS that is not OpenBLAS says nothing
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"]
    return f"{blas}'s kernel {core[1]}" if core else f"{blas}, which does not name its kernel", run.stdout.split()


def other_processor():
    """The variables that make this processor round like an older one, as far as it can; says how far that is."""
    usual, extensions = kernels(os.environ)
    other = os.environ | {"NPY_DISABLE_CPU_FEATURES": " ".join(extensions)}
    other["OPENBLAS_CORETYPE"] = OLDEST.get(platform.machine(), "")
    found, left = kernels(other)
    for words, kernel, used in (("This processor", usual, extensions), ("The files run with", found, left)):
        print(f"{words}: {kernel}; NumPy with {', '.join(used) or 'its baseline alone'}.", flush=True)
    if found == usual:
        print(f"This processor ({platform.machine()}) cannot run another kernel of its BLAS: the files show its own.")
    return other


class Table:
    """Collects what ``within`` was given in all roundings, and tells how far from its bounds each quantity stays."""

    def __init__(self):
        self.found, self.near = {}, False

    def pytest_runtest_logreport(self, report):
        for name, value in report.user_properties if report.when == "call" else []:
            if name == "within":
                what, low, number, high = value
                test = re.sub(r"\[?rounding \d+[-\]]", "[", report.nodeid).rstrip("[")
                self.found.setdefault((test, what, low, high), []).append(number)

    def pytest_terminal_summary(self, terminalreporter):
        terminalreporter.section(f"{ROUNDINGS} roundings")
        for (test, what, low, high), numbers in sorted(self.found.items()):
            mean, sd = np.mean(numbers), np.std(numbers, ddof=1)
            distance = min(mean - low, high - mean) / max(sd, 1e-12)
            too_near = ": TOO NEAR" if distance < NEAR else ""
            self.near = self.near or bool(too_near)
            terminalreporter.write_line(
                f"{what}: {low:g} < {min(numbers):.3g} to {max(numbers):.3g} < {high:g}, {len(numbers)} roundings; "
                f"mean {mean:.3g}, sd {sd:.2g}, {distance:.1f} sd from a bound{too_near}  ({test})")


def main():
    pytest_ = [sys.executable, "-m", "pytest", "--quiet", "--numprocesses", "2", "--dist", "loadscope"]
    once = subprocess.run([*pytest_, "notebooks", *TRAINING], cwd=ROOT, env=other_processor()).returncode
    os.environ["ROUNDINGS"] = str(ROUNDINGS)
    os.chdir(ROOT)
    table = Table()
    often = pytest.main([*pytest_[3:], *TRAINING], plugins=[table])
    return bool(once or often or table.near)


if __name__ == "__main__":
    sys.exit(main())
