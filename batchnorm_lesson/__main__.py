"""``python -m batchnorm_lesson`` opens the lessons in JupyterLab, on every system; ``--help`` lists what else it does.

Other options go to JupyterLab: ``python -m batchnorm_lesson --no-browser``. A notebook's name or number opens that one:
``python -m batchnorm_lesson 03_normalize_the_batch.ipynb``.
"""
import importlib
import sys

COMMANDS = {  # the module whose main() it is, what pip installs for it, what it does
    "slides": ("editions.slides", "lab,slides", "shows a lesson as slides: slides 03; a plan: slides --plan 50"),
    "app": ("editions.app", "app", "shows the lessons without code and exercises, for a tablet or a public screen"),
    "pages": ("editions.pages", "site", "writes the lessons as pages for reading: pages build/site"),
    "key": ("editions.key", "lab", "writes what a teacher prints, and all right answers: key FOLDER"),
    "report": ("report", "lab", "shows what a class has solved: report FOLDER"),
    "graded": ("editions.graded", "lab", "writes the source of a graded course for nbgrader: graded FOLDER"),
}
HELP = "\n".join([
    "python -m batchnorm_lesson              opens the first lesson in JupyterLab; other options go to JupyterLab",
    "python -m batchnorm_lesson 03           opens another one",
    *(f"python -m batchnorm_lesson {name:12} {what}" for name, (_, _, what) in COMMANDS.items()),
    "Behind a command, --help says more of it; --help-all lists JupyterLab's options."])


def main(given):
    """Do what the words of the command line ask for."""
    word = given[0] if given else ""
    if word in ("-h", "--help"):
        return print(HELP)
    if word.isalpha() and word not in COMMANDS:
        sys.exit(f"There is no command {word}. These are known:\n{HELP}")
    module, needs, _ = COMMANDS.get(word, ("server", "lab", ""))
    try:
        importlib.import_module(f".{module}", __package__).main(given[word in COMMANDS:])
    except ModuleNotFoundError as problem:
        sys.exit(f"{problem}. What this needs: {sys.executable} -m pip install -e \".[{needs}]\"")


if __name__ == "__main__":
    main(sys.argv[1:])
