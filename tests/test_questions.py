"""Predictions and quizzes: the texts are complete, the feedback is specific, the answer waits until asked for."""
import html
import re

import pytest

from batchnorm_lesson import questions

TEXTS = questions.texts()
PREDICTIONS = sorted(TEXTS["predict"])
LESSONS = sorted(TEXTS["quiz"])


def guesses():
    return [name for name in PREDICTIONS if "choices" not in TEXTS["predict"][name]]


def all_choices():
    found = [(name, questions.predict(name)) for name in PREDICTIONS if "choices" in TEXTS["predict"][name]]
    return found + [(f"{lesson}-{i}", question) for lesson in LESSONS
                    for i, question in enumerate(questions.quiz(lesson).questions)]


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_quiz_has_three_questions(lesson):
    assert len(questions.quiz(lesson).questions) == 3
    assert questions.quiz(int(lesson)).as_text == questions.quiz(lesson).as_text


def test_a_question_of_a_quiz_stands_alone():
    texts = [questions.quiz(3, number).as_text for number in (1, 2, 3)]
    assert "\n\n".join(texts) == questions.quiz(3).as_text
    with pytest.raises(ValueError, match="^number must be one of 1, 2 or 3, got 4$"):
        questions.quiz(3, 4)


@pytest.mark.parametrize("name, question", all_choices())
def test_one_answer_is_right_and_every_answer_has_its_own_explanation(name, question):
    assert 2 <= len(question.choices) <= 5
    assert sum(choice.get("right", False) for choice in question.choices) == 1
    assert len({choice["because"] for choice in question.choices}) == len(question.choices)
    for letter, choice, button in zip("ABCDE", question.choices, question.buttons):
        button.click()
        shown = question._feedback.value
        assert ("✓ Right" if choice.get("right") else "✗ Not right") in shown
        assert letter in shown and len(choice["because"].split()) >= 6


@pytest.mark.parametrize("name", guesses())
def test_a_guess_is_told_how_far_off_it_is(name):
    guess = questions.predict(name)
    entry = guess.entry
    assert entry["low"] <= entry["answer"] <= entry["high"] and entry["low"] <= entry["start"] <= entry["high"]
    assert guess._feedback.value == ""
    for value in (entry["low"], entry["high"]):
        guess.slider.value = value
        guess.button.click()
        said = f"You said {value:g}".replace("-", "−")
        off, how = abs(value - entry["answer"]), "high" if value > entry["answer"] else "low"
        if off > entry.get("near", entry["step"] / 2):
            assert f"✗ Not quite.</b> {said}: that is {off:g} too {how}. " in guess._feedback.value
        else:
            assert f"✓ Right.</b> {said}. " in guess._feedback.value
        assert not re.search(r"-\d", guess._feedback.value.partition("</b>")[2])
    guess.slider.value = entry["answer"]
    guess.button.click()
    assert "✓ Right" in guess._feedback.value and f"It is {entry['answer']:g}" in guess._feedback.value


@pytest.mark.parametrize("name", [name for name in guesses() if "tempting" in TEXTS["predict"][name]])
def test_a_guess_that_many_make_has_its_own_reply(name):
    guess = questions.predict(name)
    entry, replies = guess.entry, [each["because"] for each in guess.entry["tempting"]]
    assert len(set(replies)) == len(replies) >= 2
    for each in entry["tempting"]:
        assert abs(each["guess"] - entry["answer"]) > entry.get("near", entry["step"] / 2)
        guess.box.value = f"{each['guess']}"
        guess.reveal()
        said = html.unescape(guess._feedback.value)
        others = [entry[side] for side in ("below", "above") if side in entry]
        assert [reply for reply in (*replies, *others) if reply in said] == [each["because"]]
    guess.box.value = f"{entry['high'] + 3 * entry['step'] + 5}"
    guess.reveal()
    assert entry.get("above", entry["because"]) in html.unescape(guess._feedback.value)


@pytest.mark.parametrize("name", guesses())
def test_a_guess_does_not_start_on_the_answer(name):
    entry = TEXTS["predict"][name]
    assert abs(entry["start"] - entry["answer"]) > entry.get("near", entry["step"] / 2)


@pytest.mark.parametrize("name, question", all_choices())
def test_a_choice_has_its_letter_in_the_text_and_in_words_on_its_button(name, question):
    before, _, folded = question.closed.partition("<details>")
    for letter, choice, button in zip("ABCDE", question.choices, question.buttons):
        assert button.description == f"Answer {letter}"
        assert f"\n  {letter}. {choice['text']}" in question.as_text
        assert f"{letter}. {questions.inline(choice['text'])}" in before
        assert f"{letter}. {'Right' if choice.get('right') else 'No'}. {questions.inline(choice['because'])}" in folded
    assert "<li>" not in question.closed


@pytest.mark.parametrize("typed, number", [
    ("9.2", 9.2), ("9,2", 9.2), (" -2 ", -2), ("−2", -2), ("1e-3", 0.001), ("1,024", 1024), ("0,125", 0.125), ("+3", 3),
])
def test_what_stands_in_the_box_counts(typed, number):
    """Without Enter, with a comma, with the minus sign that the page itself shows."""
    guess = questions.predict("balance-point")
    guess.box.value = typed
    guess.button.click()
    said = re.search(r"You said ([\d.e−-]+?)[.:] ", guess._feedback.value)[1].replace("−", "-")
    assert float(said) == number and guess.box.value == typed
    assert guess.slider.value == min(max(round(2 * number) / 2, guess.slider.min), guess.slider.max)


@pytest.mark.parametrize("typed", ["", "ten", "nan", "inf", "1e999", "4.5.6", "<b>"])
def test_what_is_no_number_is_asked_for_again(typed):
    guess = questions.predict("balance-point")
    guess.slider.value = 7
    guess.box.value = typed
    guess.button.click()
    assert "is not a number" in guess._feedback.value and "You said" not in guess._feedback.value
    assert guess.slider.value == 7 and "<b>”" not in guess._feedback.value


def test_the_box_follows_the_slider():
    guess = questions.predict("balance-point")
    guess.slider.value = 7.5
    assert guess.box.value == "7.5"
    for typed in ("400", "ten"):
        guess.box.value = typed
        guess.slider.value = 3 if typed == "400" else 4
        assert guess.box.value == f"{guess.slider.value:g}"


def test_a_stop_that_comes_back_with_a_rounding_error_does_not_overwrite_what_was_typed():
    guess = questions.predict("balance-point")
    typed = f"{guess.slider.min + 3.25 * guess.slider.step:g}"
    guess.box.value = typed
    guess.slider.value += 2e-15
    assert guess.box.value == typed


@pytest.mark.parametrize("name", PREDICTIONS)
def test_without_a_kernel_the_answer_is_folded_away(name):
    question = questions.predict(name)
    data = question._repr_mimebundle_()
    before, _, folded = data["text/html"].partition("<details>")
    explanations = [choice["because"] for choice in getattr(question, "choices", [])] or [question.entry["because"]]
    for words in explanations:
        assert words.replace("`", "") not in data["text/plain"]
        assert questions.inline(words) not in before and questions.inline(words) in folded
    assert "application/vnd.jupyter.widget-view+json" in data


def test_unknown_names_are_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="name must be one of .*balance-point"):
        questions.predict("no such question")
    with pytest.raises(ValueError, match="lesson must be one of 01"):
        questions.quiz(99)


def test_enter_in_the_box_reveals_even_where_it_overtakes_the_last_key():
    guess = questions.predict("balance-point")
    press_enter = lambda: guess.box._handle_custom_msg({"event": "submit"}, [])  # noqa: E731
    guess.box.value = "1"
    press_enter()
    assert "You said 1:" in guess._feedback.value
    guess.box.value = "12"
    assert "You said 12:" in guess._feedback.value
    guess.box.value = "3"  # the next guess
    assert "You said 12:" in guess._feedback.value
    guess.box.value = "ten"
    press_enter()
    assert "“ten” is not a number" in guess._feedback.value


def test_a_slider_that_is_moved_after_enter_does_not_reveal():
    guess = questions.predict("balance-point")
    guess.box.value = "1"
    guess.box._handle_custom_msg({"event": "submit"}, [])
    guess.slider.value = 1.5
    assert "You said 1:" in guess._feedback.value
