"""``python -m batchnorm_lesson.site [FOLDER]`` writes the lessons as pages for reading, by default into build/site.

``--lite FOLDER`` writes there the files of the JupyterLite edition, and the pages link to that edition in their own
folder ``lite``, where ``make site`` builds it. ``--repository ADDRESS`` is named on the start page. A folder must be
new, empty or one that this command has made; with ``--overwrite`` it may be another.
"""
import argparse
import os
import sys
from pathlib import Path

from ..__main__ import lessons
from ..files import KEPT, OwnFolder, say

try:
    from .lite import contents
    from .pages import pages
except ImportError as problem:
    sys.exit(f"{problem}. What the pages need: python -m pip install -r tests/requirements.txt")

# What versions that left no marker have made for `make site`.
EARLIER = {"build/site": ["*.html", "*.txt", "lite"],
           "build/lite/source": ["files", "pypi", "*.json", ".jupyterlite.doit.db", ".cache"]}


def main(given=None):
    """Write what the command line asks for, and say where it is."""
    parser = argparse.ArgumentParser(prog="python -m batchnorm_lesson.site", description="The lessons as web pages.")
    parser.add_argument("folder", metavar="FOLDER", nargs="?", default="build/site", type=Path,
                        help="where the pages go")
    parser.add_argument("--lite", metavar="FOLDER", type=Path, help="where the files of the JupyterLite edition go")
    parser.add_argument("--repository", metavar="ADDRESS", help="where readers find these notebooks")
    parser.add_argument("--overwrite", action="store_true", help="write into any folder, and replace what is there")
    options = parser.parse_args(given)
    if options.lite and os.path.realpath(options.lite) == os.path.realpath(options.folder):
        sys.exit(f"--lite: {options.lite} is the folder of the pages. Name another one.")
    source, places = lessons(), [(options.folder, "pages", "FOLDER"), (options.lite, "lite", "--lite")]
    earlier = {os.path.realpath(source / place): names for place, names in EARLIER.items()}
    # All folders are looked at before one is written into.
    own = {kind: OwnFolder(path, kind, argument, options.overwrite, earlier.get(os.path.realpath(path), ()))
           for path, kind, argument in places if path}
    made = pages(source, bool(options.lite), options.repository)
    for kind, folder in own.items():
        for place, word in folder.write(made if kind == "pages" else contents(source), tidy=True).items():
            if word == KEPT:
                print(f"{folder.path / place}: {word}; --overwrite replaces it", file=sys.stderr)
    say(f"{sum(name.endswith('.html') for name in made)} pages: {options.folder / 'index.html'}")


if __name__ == "__main__":
    main()
