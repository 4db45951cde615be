"""Screenshots of the lessons as JupyterLab shows them after Run All, page by page, in build/screenshots.

Use: python tests/screenshots.py [--theme light|dark] [notebook …]; without names every notebook, without a theme both.
"""
import argparse
import shutil
import tempfile
from pathlib import Path

import conftest
import lab
from lessons import NOTEBOOKS, ROOT

FOLDER = ROOT / "build" / "screenshots"
OVERLAP = 40  # pixels of a page that the next one shows again, so that no line is only seen cut in two


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, default=NOTEBOOKS, metavar="notebook")
    parser.add_argument("--theme", choices=["light", "dark"], help="only this one")
    return parser.parse_args()


def take(page, name, theme):
    """One screenshot for each height of the window, from the top of the open notebook to its end."""
    lab.set_theme(page, f"JupyterLab {theme.capitalize()}")
    panel = page.locator(".jp-WindowedPanel-outer")
    length, height = panel.evaluate("panel => [panel.scrollHeight, panel.clientHeight]")
    for number, top in enumerate(range(0, length, height - OVERLAP), 1):
        panel.evaluate("(panel, top) => panel.scrollTo(0, top)", top)
        page.wait_for_timeout(150)
        page.screenshot(path=FOLDER / f"{name[:2]}-{theme}-{number:02}.png")


def main():
    asked = arguments()
    with tempfile.TemporaryDirectory() as scratch:
        copies = Path(scratch) / "notebooks"  # JupyterLab gets copies: it may write checkpoints beside them
        copies.mkdir()
        for path in asked.notebooks:
            shutil.copy(path, copies)
        with (lab.server(copies, Path(scratch) / "own") as address,
              lab.browser_page(conftest.browser_path(), address) as page):
            for path in asked.notebooks:
                lab.open_notebook(page, path.name)
                lab.run_all(page)
                for theme in [asked.theme] if asked.theme else ["light", "dark"]:
                    take(page, path.name, theme)
                lab.close_notebook(page)
                print(path.name)


if __name__ == "__main__":
    main()
