"""What the command for other processors says, of the quantities of a training and of a processor that cannot change."""
from types import SimpleNamespace

import numpy as np
import pytest

import processors
from batchnorm_lesson.network import Network
from conftest import differently_rounded


def told(numbers):
    """The table's only line, and its verdict, when a quantity between 0 and 10 was found to be these numbers."""
    table, lines = processors.Table(), []
    for i, number in enumerate(numbers):
        table.pytest_runtest_logreport(SimpleNamespace(when="call", nodeid=f"test_x.py::test_y[rounding {i}-2]",
                                                       user_properties=[["within", ["loss", 0, number, 10]]]))
    table.pytest_terminal_summary(SimpleNamespace(section=lambda title: None, write_line=lines.append))
    line, = lines
    return line, table.near


def test_a_bound_that_is_near_fails_though_nothing_crosses_it():
    line, near = told([4, 5, 6])
    assert "loss: 0 < 4 to 6 < 10, 3 roundings; mean 5, sd 1, 5.0 sd from a bound  (test_x.py::test_y[2])" == line
    assert not near
    line, near = told([2, 5, 8])
    assert "sd 3, 1.7 sd from a bound: TOO NEAR" in line and near


@pytest.mark.parametrize("cores, cannot", [(["Haswell", "Katmai"], False), (["Accelerate", "Accelerate"], True)])
def test_a_processor_that_cannot_round_otherwise_says_so(monkeypatch, capsys, cores, cannot):
    cores = iter(cores)
    monkeypatch.setattr(processors, "kernels", lambda environment: (next(cores), []))
    processors.other_processor()
    assert ("cannot run another kernel" in capsys.readouterr().out) == cannot


def test_roundings_change_the_weights_in_their_last_digits_only(monkeypatch):
    usual = Network(2).weights[0]
    monkeypatch.setattr(Network, "__init__", differently_rounded(Network.__init__, 1))
    other = Network(2).weights[0]
    assert 0 < np.abs(other / usual - 1).max() < 1e-14
