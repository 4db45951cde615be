"""What a class has solved, read from the outputs that its notebooks were saved with: nothing of a student's is run.

    python -m batchnorm_lesson.report FOLDER                     a table, and the commonest mistakes
    python -m batchnorm_lesson.report FOLDER --csv               the table for a spreadsheet
    python -m batchnorm_lesson.report FOLDER --picture all.png   a picture to project: how many have solved what

FOLDER holds a folder for each student, or a notebook for each: the first name below FOLDER is taken for the student's.
A saved output can be older than the code above it, and whoever can edit a file can write a check mark: this shows a
teacher where a class stands, and grades nobody.
"""
import argparse
import csv
import json
import re
import sys
from collections import Counter
from pathlib import Path

from . import exercises
from .exercises.judging import GENERAL

RIGHT, WRONG, OPEN, ABSENT = "✓", "✗", "○", "·"
WORDS = {RIGHT: "right", WRONG: "not right", OPEN: "not attempted", ABSENT: "no such notebook, or not run"}
CHECK = re.compile(r"^exercises\.(\w+)\.check\(", re.MULTILINE)
CAUTION = ("Read from saved outputs: they may be older than the code above them, and anybody can edit them. "
           "Nothing was run.")


def read(folder):
    """What is in the notebooks below a folder: ``(table, mistakes, unread)``.

    table: student → exercise → one of ✓ ✗ ○. mistakes: exercise → Counter of the mistakes' names. unread: (student,
    file) for each file that is not a whole notebook. Of several copies of an exercise a right one counts most.
    """
    table, mistakes, unread = {}, {}, []
    for path in sorted(folder.rglob("*.ipynb")):
        if ".ipynb_checkpoints" in path.parts:
            continue
        who = student(path, folder)
        row = table.setdefault(who, {})  # whoever has handed in a broken file is in the class, too
        try:
            found = list(checks(json.loads(path.read_bytes())))
        except (ValueError, TypeError, AttributeError, KeyError, OSError, RecursionError):
            unread.append((who, clean(path.relative_to(folder))))
            continue
        for name, sign, said in found:
            row[name] = min(row.get(name, ABSENT), sign, key=list(WORDS).index)
            if sign == WRONG:
                mistakes.setdefault(name, Counter())[mistake(name, said)] += 1
    return table, mistakes, unread


def student(path, folder):
    """Whose notebook it is: the first folder below, or the notebook's own name."""
    first = path.relative_to(folder).parts[0]
    return clean(first.removesuffix(".ipynb"))


def checks(notebook):
    """(exercise, sign, message) for each cell of a notebook that checks an exercise, by what it was saved with."""
    for cell in notebook["cells"]:
        source = "".join(cell.get("source", ""))
        for name in CHECK.findall(source) if cell.get("cell_type") == "code" else ():
            said = [words for words in map(plain_text, cell.get("outputs", [])) if words[:1] in (RIGHT, WRONG, OPEN)]
            if name in exercises.__all__ and said:
                yield name, said[-1][0], said[-1].partition(". ")[2]


def plain_text(output):
    words = output.get("data", {}).get("text/plain", "")
    return "".join(words)


def mistake(name, said):
    """The name of the mistake that a message tells of: from the exercise's catalogue, or from those of any answer."""
    for entry in getattr(exercises, name).catalogue:
        if entry.says == said:
            return entry.name
    for general, message in GENERAL.items():
        pattern = re.sub(r"\\\{\w+\\\}", ".*", re.escape(message))
        if message != "{got}" and re.fullmatch(pattern, said, re.DOTALL):
            return general
    return "an error was raised" if " raised " in said[:200] else "another mistake"


def clean(words):
    """One line of printable characters: a file's name may hold anything."""
    return "".join(letter if letter.isprintable() else "�" for letter in str(words))


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
    for _, file in unread:
        yield f"Could not be read, ask for it again: {file}"
    yield f"\n{len(table)} students. {CAUTION}" if table else "No notebook was found."


def as_csv(table, unread, out):
    """The table for a spreadsheet, with a last column for files that could not be read, if there are any."""
    names = columns(table)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["student", *names, *["could not be read"] * bool(unread)])
    for who, row in table.items():
        files = "; ".join(file for other, file in unread if other == who)
        writer.writerow([no_formula(who), *(WORDS.get(row.get(name), "") for name in names),
                         *[no_formula(files)] * bool(unread)])


def no_formula(words):
    """Words that a spreadsheet would take for a formula begin with an apostrophe."""
    return f"'{words}" if words.startswith(tuple("=+-@")) else words


def columns(table):
    """The exercises that were met, in the order of the lessons."""
    return [name for name in exercises.__all__ if any(name in row for row in table.values())]


def picture(table):
    """How many have solved what, as a Picture: a bar for each exercise, from right over not right to not attempted."""
    from . import style
    from .picture import Picture

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


def main(given=None):
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m batchnorm_lesson.report", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="the folder with the students' notebooks")
    parser.add_argument("--csv", action="store_true", help="the table for a spreadsheet")
    parser.add_argument("--picture", type=Path, metavar="FILE.png", help="write a picture to project")
    options = parser.parse_args(given)
    if not options.folder.is_dir():
        parser.error(f"{options.folder} is not a folder")
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # the console of some systems knows no ✓
    table, mistakes, unread = read(options.folder)
    if options.picture:
        options.picture.write_bytes(picture(table).png())
    if options.csv:
        as_csv(table, unread, sys.stdout)
        print(CAUTION, file=sys.stderr)
    else:
        print(*as_text(table, mistakes, unread), sep="\n")


if __name__ == "__main__":
    main()
