"""Cells are run again and again: what their earlier runs showed is let go, and nothing that may still be in use."""
import pytest

CELLS = ["explorers.balance()", "questions.quiz(1)", "questions.predict('sixteen-times')",
         "figures.squares([3.0, 9, 11, 17], 10, 25)"]


@pytest.fixture
def run(kernel):
    """Run a cell as a notebook does, and return what it printed."""
    def run(code):
        printed = []
        reply = kernel.execute_interactive(
            code, timeout=60, output_hook=lambda message: printed.append(message["content"].get("text", "")))
        assert reply["content"]["status"] == "ok", reply["content"]
        return "".join(printed)

    run("from batchnorm_lesson import explorers, figures, questions")
    run("import ipywidgets; alive = ipywidgets.widgets.widget._instances")
    return run


def outputs(run, kind):
    return run(f"print(sum(type(value).__name__ == {kind!r} for value in Out.values()))").strip()


@pytest.mark.parametrize("kind, cell", list(zip(["Explorer", "Quiz", "Choice", "Picture"], CELLS)))
def test_only_the_last_runs_of_a_cell_are_kept(run, kind, cell):
    counts = []
    for _ in range(6):
        run(cell)
        counts.append(run("print(len(alive))"))
    assert outputs(run, kind) == "3" and counts[-2] == counts[-1]


def test_what_a_cell_showed_before_still_moves_when_it_runs_again(run):
    """In a second window the earlier output is still to be seen."""
    run("explorers.leash()")
    run("earlier = _")
    for _ in range(2):
        run("explorers.leash()")
    run("del earlier")
    assert run("first = list(Out.values())[-3]; first.set(x4=21.0); print(first.comm is not None, first.values['x4'])"
               ) == "True 21.0\n"


def test_what_has_a_name_stays(run):
    run("mine = explorers.leash(); mine")
    for _ in range(5):
        run("if True:\n    again = explorers.leash()\nagain")
    run("kept = again")
    for _ in range(5):
        run("if True:\n    again = explorers.leash()\nagain")
    assert run("print(mine.comm is not None, kept.comm is not None, again.comm is not None)") == "True True True\n"


def test_several_explorers_of_one_cell_are_no_earlier_runs(run):
    run("from IPython.display import display\nrow = [explorers.leash() for _ in range(5)]\ndisplay(*row)\nrow[-1]")
    assert run("print(all(each.comm is not None for each in row))") == "True\n"


def test_more_runs_add_no_memory(run):
    """ipywidgets and IPython keep everything by themselves: 1 MiB for each run of such a lesson."""
    sizes = []
    run("import gc, tracemalloc; tracemalloc.start()")
    for times in (7, 4):  # at first the last pictures, which keep their figures, are replaced one by one
        for _ in range(times):
            list(map(run, CELLS))
        sizes.append(int(run("gc.collect(); print(tracemalloc.get_traced_memory()[0])")))
    assert sizes[1] < sizes[0] + 200_000
