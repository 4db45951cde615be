"""Results stay folded until their prediction is answered: in a kernel of their own, run as a notebook runs them."""
import pytest

from batchnorm_lesson.widgets import results

RESULT = "%%result pair\nprint('a result of', 6 * 7)"


@pytest.fixture
def run(kernel):
    """Run a cell: its reply and what it shows; every test begins with the prediction asked anew."""
    def run(code):
        shown = []
        reply = kernel.execute_interactive(code, output_hook=shown.append, timeout=30)
        return reply["content"], [message["content"] for message in shown
                                  if message["msg_type"] in ("display_data", "update_display_data", "stream", "error")]

    run("from batchnorm_lesson import questions\nquestion = questions.predict('pair')")
    return run


def only(shown):
    assert len(shown) == 1
    return shown[0]["data"]


def test_a_result_is_one_closed_block_and_plain_text_beside_it(run):
    reply, shown = run(RESULT + "\nprint('and more')\n{'last': 'expression'}")
    data = only(shown)
    assert reply["status"] == "ok" and data["text/html"].startswith("<details><summary")
    assert data["text/plain"] == "a result of 42\nand more\n{'last': 'expression'}"
    assert "a result of 42" in data["text/html"].partition("</summary>")[2]


def test_the_code_runs_in_the_notebook_itself(run):
    run("%%result pair\nkept = 7")
    assert run("print(kept)")[1][0]["text"] == "7\n"


def test_an_answer_opens_the_block_and_it_stays_open(run):
    run(RESULT)
    _, shown = run("question.button.click()")
    opened = [content for content in shown if content.get("transient", {}).get("display_id")]
    assert only(opened)["text/html"].startswith("<details open>")
    assert only(run(RESULT)[1])["text/html"].startswith("<details open>")


def test_asked_anew_it_is_folded_again(run):
    run(RESULT)
    run("question.button.click()")
    run("question = questions.predict('pair')")
    assert only(run(RESULT)[1])["text/html"].startswith("<details>")


def test_run_a_second_time_by_itself_it_opens(run):
    """The reader has changed a number in the cell, and wants to see what comes of it."""
    run(RESULT)
    assert only(run(RESULT)[1])["text/html"].startswith("<details open>")


def test_an_error_is_shown_and_stops_run_all(run):
    reply, shown = run("%%result pair\nprint('before')\n1 / 0")
    assert reply["status"] == "error"
    assert "ZeroDivisionError" in str(shown) and "before" in str(shown)
    assert only([content for content in shown if "data" in content])["text/html"].startswith("<details open>")


def test_a_picture_is_folded_with_its_sentence_as_alternative_text(run):
    run("from batchnorm_lesson import figures")
    data = only(run("%%result pair\nfigures.balance([3, 9], 6)")[1])
    assert '<img alt="Equal coins at 3 and 9' in data["text/html"] and data["text/plain"].startswith("Equal coins")
    assert ' width="640" src=' in data["text/html"]  # the file is twice as fine


def test_a_block_without_a_name_says_what_is_missing(run):
    _, shown = run("%%result\n1")
    assert "needs the name of the prediction" in str(shown)


def test_outside_of_a_notebook_nothing_happens():
    results.asked("pair")
    results.answered("pair")
    results.register()


def test_in_voila_the_block_is_a_widget(run):
    """A page of Voila shows no display that is updated. That the answer opens it is tested there: test_app_live.py."""
    run("import os; os.environ['VOILA_KERNEL_ID'] = 'made up'; from batchnorm_lesson.widgets import results")
    data = only(run(RESULT)[1])
    run("del os.environ['VOILA_KERNEL_ID']")
    assert "application/vnd.jupyter.widget-view+json" in data
