"""The widget that mends the page, without a page: where it stands, what it is told to say, and how it is without it."""
import base64
import io
import sys

import pytest
from PIL import Image

from batchnorm_lesson import exercises, explorers, questions
from batchnorm_lesson.widgets import access


def parts(widget):
    return [widget, *(part for child in getattr(widget, "children", ()) for part in parts(child))]


def test_one_widget_mends_all_boxes_of_a_kernel():
    boxes = [explorers.balance(), explorers.knee(), questions.predict("pair"), questions.quiz(1)]
    mender, = access.mender()
    assert all(mender in parts(box) for box in boxes)
    mender.close()
    assert access.mender() != [mender] and access.mender() == access.mender()


@pytest.fixture
def without_anywidget(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.setattr(access, "_mender", None)


def test_without_anywidget_all_is_there_but_the_mending(without_anywidget):
    assert access.mender() == []
    explorer, question = explorers.balance(), questions.predict("pair")
    explorer.set(x1=12.0)
    question.reveal()
    assert 'role="status"' in explorer._words.value and 'role="status"' in question._feedback.value
    assert exercises.batch_mean.check(lambda x: x.mean())._repr_mimebundle_()[0]["text/plain"].startswith("✓")


def test_what_is_saved_does_not_know_of_it(monkeypatch):
    def saved():
        explorer = explorers.balance()
        data, metadata = explorer._repr_mimebundle_()
        return {kind: part for kind, part in data.items() if "widget" not in kind}, metadata

    mended = saved()
    monkeypatch.setitem(sys.modules, "anywidget", None)
    assert saved() == mended


def width(explorer):
    return Image.open(io.BytesIO(base64.b64decode(bytes(explorer._image.value).partition(b",")[2]))).width


def test_a_picture_is_sharp_at_rest_if_a_page_says_when_that_is():
    explorer, other = explorers.balance(), explorers.balance()
    sharp = 2 * explorer.picture.size[0]
    explorer.set(x1=5)
    assert width(explorer) == sharp, "nobody would ask for a sharp one"
    mender, = access.mender()
    mender._handle_custom_msg({"rest": explorer.model_id}, [])
    assert width(explorer) == sharp
    explorer.set(x1=6)
    other.set(x1=6)
    assert (width(explorer), width(other)) == (sharp / 2, sharp)
    mender._handle_custom_msg({"rest": explorer.model_id}, [])
    assert explorer._image.value == other._image.value
    mender._handle_custom_msg({"rest": "closed by now"}, [])


@pytest.mark.parametrize("answer, said", [(lambda x: x.mean(), "✓ Right"), (lambda x: 0, "✗ Not right yet"),
                                          (..., None)])
def test_a_check_is_told(monkeypatch, answer, said):
    heard, (mender,) = [], access.mender()
    monkeypatch.setattr(mender, "send", heard.append)
    result = exercises.batch_mean.check(answer)
    assert heard == []
    result._repr_mimebundle_()
    assert heard == ([{"say": repr(result)}] if said else []) and repr(result).startswith(said or "○")
