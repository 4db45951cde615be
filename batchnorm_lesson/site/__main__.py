"""``python -m batchnorm_lesson.site [FOLDER]`` writes the lessons as pages for reading, by default into build/site.

``--lite FOLDER`` writes there the files of the JupyterLite edition, and the pages link to that edition in their own
folder ``lite``, where ``make site`` builds it. ``--repository ADDRESS`` is named on the start page.
"""
import argparse
import sys
from pathlib import Path

from ..__main__ import lessons

try:
    from .lite import write_contents
    from .pages import write_pages
except ImportError as problem:
    sys.exit(f"{problem}. What the pages need: python -m pip install -r tests/requirements.txt")


def main():
    """Write what the command line asks for, and say where it is."""
    parser = argparse.ArgumentParser(prog="python -m batchnorm_lesson.site", description="The lessons as web pages.")
    parser.add_argument("folder", nargs="?", default="build/site", type=Path, help="where the pages go")
    parser.add_argument("--lite", metavar="FOLDER", type=Path, help="where the files of the JupyterLite edition go")
    parser.add_argument("--repository", metavar="ADDRESS", help="where readers find these notebooks")
    options = parser.parse_args()
    if options.lite:
        write_contents(lessons(), options.lite)
    pages = write_pages(lessons(), options.folder, lite=bool(options.lite), repository=options.repository)
    print(f"{len(pages)} pages: {options.folder / 'index.html'}")


if __name__ == "__main__":
    main()
