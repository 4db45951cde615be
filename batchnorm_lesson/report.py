"""What a class has solved, read from the outputs that its notebooks were saved with: nothing of a student's is run.

    python -m batchnorm_lesson report FOLDER                     a table, and the commonest mistakes
    python -m batchnorm_lesson report FOLDER --csv               the table for a spreadsheet
    python -m batchnorm_lesson report FOLDER --picture all.png   a picture to project: how many have solved what

FOLDER holds a folder for each student, or a notebook for each: the first name below FOLDER is taken for the student's.
Links are followed; what is hidden, such as .ipynb_checkpoints, is not looked at.
A saved output can be older than the code above it, and whoever can edit a file can write a check mark: this shows a
teacher where a class stands, and grades nobody.
"""
import argparse
import csv
import io
import os
import re
import sys
import unicodedata
from collections import Counter
from pathlib import Path

from . import exercises, files
from .exercises.judging import GENERAL, found_by_a_check
from .widgets.boxes import LOOKS

RIGHT, WRONG, OPEN, ABSENT = "✓", "✗", "○", "·"
WORDS = {RIGHT: "right", WRONG: "not right", OPEN: "not attempted", ABSENT: "no such notebook, or not run"}
CHECK = re.compile(r"^exercises\.(\w+)\.check\(", re.MULTILINE)
MOST_FOLDERS = 10_000  # of a student, before it is said that a link must lead astray
ANOTHER = "another mistake"
CAUTION = ("Read from saved outputs: they may be older than the code above them, and anybody can edit them. "
           "Nothing was run.")


def read(folder):
    """What is in the notebooks below a folder: ``(table, mistakes, unread)``.

    table: student → exercise → one of ✓ ✗ ○. mistakes: exercise → Counter of the mistakes' names, each once for a
    student. unread: (student, file and reason) for each file that is not a whole notebook, and each folder without one;
    for a file that is nobody's, the student is None. Of several copies of an exercise a right one counts most.
    """
    table, wrong, unread = {}, {}, []
    for entry in ordered(map(folder.joinpath, os.listdir(folder))):
        if os.path.isfile(entry) and not is_notebook(entry):
            unread.append((None, clean(entry.name)))
            continue
        who = clean(entry.stem if is_notebook(entry) else entry.name)
        row = table.setdefault(who, {})  # whoever has handed in nothing, or a broken file, is in the class, too
        for path, why in handed_in(entry, folder):
            try:
                found = [] if why else list(checks(files.notebook(path)))
            except files.Unreadable as problem:
                found, why = [], problem.why
            if why:
                unread.append((who, f"{clean(path.relative_to(folder))}: {why}"))
            for name, sign, mistaken in found:
                row[name] = min(row.get(name, ABSENT), sign, key=list(WORDS).index)
                if sign == WRONG:
                    wrong.setdefault((who, name), set()).add(mistaken)
    mistakes = {}
    for (who, name), names in wrong.items():
        if table[who][name] == WRONG:
            mistakes.setdefault(name, Counter()).update(names)
    return table, mistakes, unread


def handed_in(entry, folder):
    """(path, None) for each notebook of a student, through links too; (path, reason) for what cannot be looked into.

    A folder is looked into once, so that links cannot go round in a circle, and the class's folder is not a student's.
    """
    if not os.path.isdir(entry):
        yield entry, None
        return
    seen, found, places = {identity(folder)}, False, [entry]
    for place in places:  # which grows
        try:
            if identity(place) in seen:
                continue
            seen.add(identity(place))
            inside = ordered(map(place.joinpath, os.listdir(place)))
        except OSError as problem:
            found = True
            yield place, problem.strerror
            continue
        if len(seen) > MOST_FOLDERS:
            yield place, f"there are more than {MOST_FOLDERS} folders, and the rest was not looked into"
            return
        for path in inside:
            if os.path.isdir(path):
                places.append(path)
            elif is_notebook(path):
                found = True
                yield path, None
    if not found:
        yield entry, "there is no notebook in it"


def identity(folder):
    """What is the same for a folder and for a link to it."""
    there = os.stat(folder)
    return there.st_dev, there.st_ino


def is_notebook(path):
    return path.suffix.lower() == ".ipynb"


def ordered(paths):
    """Paths as people sort them: 2 before 10, É beside E; without those that a system hides."""
    def key(path):
        letters = filter(lambda letter: not unicodedata.combining(letter), unicodedata.normalize("NFKD", path.name))
        parts = re.split(r"(\d+)", "".join(letters).casefold())
        return [int(part) if part.isdecimal() else part for part in parts], path.name
    return sorted((path for path in paths if not path.name.startswith((".", "__MACOSX"))), key=key)


def checks(notebook):
    """(exercise, sign, mistake) for each cell of a notebook that checks an exercise, by what it was saved with."""
    for cell in [cell for cell in notebook["cells"] if cell.get("cell_type") == "code"]:
        outputs = cell.get("outputs", [])
        yield from [found for output in outputs for found in told(**found_by_a_check(output))] or told_in_words(
            "".join(cell.get("source", "")), outputs)


def told(exercise=None, status=None, mistake=None, **_):
    """The same for what the metadata of an output say; nothing, where they say what no check says."""
    if exercise in exercises.__all__ and status in list(LOOKS):
        known = [*GENERAL, *(entry.name for entry in getattr(exercises, exercise).known)]
        yield exercise, LOOKS[status][0], mistake if mistake in known else ANOTHER


# A notebook that was saved before the outputs had metadata, or by a program that drops them

def told_in_words(source, outputs):
    """The same for what a check has said: the box as text."""
    for name in CHECK.findall(source):
        said = [words for words in map(plain_text, outputs) if words[:1] in (RIGHT, WRONG, OPEN)]
        if name in exercises.__all__ and said:
            yield name, said[-1][0], mistake_in_words(name, said[-1].partition(". ")[2])


def plain_text(output):
    words = output.get("data", {}).get("text/plain", "")
    return "".join(words)


def mistake_in_words(name, said):
    """The name of the mistake that a message tells of: from the exercise's catalogue, or from those of any answer."""
    for entry in getattr(exercises, name).known:
        if entry.says == said:
            return entry.name
    for general, message in GENERAL.items():
        pattern = re.sub(r"\\\{\w+\\\}", ".*", re.escape(message))
        # None of ours is longer, and a forged one of megabytes would take hours.
        if message != "{got}" and len(said) < 10_000 and re.fullmatch(pattern, said, re.DOTALL):
            return general
    return "raised an error" if " raised " in said[:200] else ANOTHER


def clean(words):
    """One line of printable characters, others by their numbers: a file's name may hold anything, and differs still."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in str(words))


def as_text(table, mistakes, unread):
    """The report as lines: a row for each student, a column for each exercise, then the mistakes."""
    names = columns(table)
    wide = max(map(len, table), default=0)
    for i, name in enumerate(names):
        yield f"{' ' * wide}  {'│ ' * i}┌ {name}"
    for who, row in table.items():
        yield f"{who:{wide}}  {' '.join(row.get(name, ABSENT) for name in names)}"
    yield ""
    yield "  ".join(f"{sign} {words}" for sign, words in WORDS.items())
    for name in names:
        counts = Counter(row.get(name, ABSENT) for row in table.values())
        yield f"\n{name}: " + ", ".join(f"{counts[sign]} {words}" for sign, words in WORDS.items() if counts[sign])
        for words, times in mistakes.get(name, Counter()).most_common(3):
            yield f"  {times} × {words}"
    for who, words in unread:
        yield f"Could not be read, ask for it again: {words}" if who else f"Left out, not a notebook: {words}"
    yield f"\n{len(table)} students. {CAUTION}" if table else "No notebook was found."


def as_csv(table, unread, out):
    """The table for a spreadsheet, with a last column for files that could not be read, if there are any."""
    names = columns(table)
    writer = csv.writer(out, lineterminator="\n")
    any_unread = any(who for who, _ in unread)
    writer.writerow(["student", *names, *["could not be read"] * any_unread])
    for who, row in table.items():
        problems = "; ".join(words for other, words in unread if other == who)
        writer.writerow([no_formula(who), *(WORDS.get(row.get(name), "") for name in names),
                         *[no_formula(problems)] * any_unread])


def no_formula(words):
    """Words that a spreadsheet would take for a formula begin with an apostrophe."""
    return f"'{words}" if words.startswith(tuple("=+-@")) else words


def columns(table):
    """The exercises that were met, in the order of the lessons."""
    return [name for name in exercises.__all__ if any(name in row for row in table.values())]


def picture(table):
    """How many have solved what, as a Picture: a bar for each exercise, from right over not right to not attempted."""
    from .figures import style
    from .figures.picture import Picture

    names = columns(table)
    looks = {RIGHT: (style.COLORS["y"], ""), WRONG: (style.COLORS["mean"], "//"), OPEN: (style.FAINT, "")}
    counts = {sign: [sum(row.get(name) == sign for row in table.values()) for name in names] for sign in looks}
    with style.context():
        figure, axes = style.figure(7.2, 1.2 + 0.36 * len(names))
        style.frame(axes, "students", " ", (0, max(len(table), 1)), (len(names) - 0.4, -1.2))
        axes.set_yticks(range(len(names)), names)
        start = [0] * len(names)
        for sign, (colour, hatch) in looks.items():
            axes.barh(range(len(names)), counts[sign], left=start, color=colour, hatch=hatch, edgecolor="white")
            start = [a + b for a, b in zip(start, counts[sign])]
        axes.text(0, -0.75, "✓ right    ✗ not right (hatched)    ○ not attempted (pale)", va="center")
    sentence = "; ".join(f"{name}: {right} right, {wrong} not right, {open_} not attempted"
                         for name, right, wrong, open_ in zip(names, *counts.values()))
    return Picture(figure, lambda: f"Of {len(table)} students: {sentence}.")


def main(given):
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m batchnorm_lesson report", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="the folder with the students' notebooks")
    parser.add_argument("--csv", action="store_true", help="the table for a spreadsheet")
    parser.add_argument("--picture", type=Path, metavar="FILE.png", help="write a picture to project")
    parser.add_argument("--overwrite", action="store_true", help="--picture may replace a file that is there")
    options = parser.parse_args(given)
    if not options.folder.is_dir():
        parser.error(f"FOLDER: {options.folder} is not a folder. Name the one that holds the students' notebooks.")
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # the console of some systems knows no ✓
    with files.refusals("FOLDER"):
        table, mistakes, unread = read(options.folder)
    if options.csv:
        as_csv(table, unread, rows := io.StringIO())
        files.say(rows.getvalue().rstrip("\n"))
        print(CAUTION, file=sys.stderr)
    else:
        files.say(*as_text(table, mistakes, unread))
    if options.picture:
        save_picture(table, options.picture, options.overwrite)


def save_picture(table, path, overwrite=False):
    """Write the picture to a file; SystemExit where that fails, when the table has been shown already."""
    if path.suffix.lower() != ".png":
        raise SystemExit(f"--picture: {path} was not written. The picture is in PNG: give a name that ends in .png.")
    try:
        content = picture(table).png()
    except Exception as problem:
        raise SystemExit(f"--picture: it could not be drawn ({type(problem).__name__}: {problem}).") from None
    files.write_file(path, content, "--picture", overwrite)

