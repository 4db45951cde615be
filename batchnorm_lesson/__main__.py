"""``python -m batchnorm_lesson`` opens the first lesson in JupyterLab, with the lessons' settings, on every system.

Options go to JupyterLab: ``python -m batchnorm_lesson --no-browser``. A notebook's name opens that one:
``python -m batchnorm_lesson 03_normalize_the_batch.ipynb``.
"""
import os
import sys
from pathlib import Path

SETTINGS = Path(__file__).parent / "jupyter"


def lessons():
    """The folder of the lessons: beside the package, or where the command is given."""
    for folder in (Path(__file__).parent.parent, Path.cwd(), Path.cwd().parent):
        if list(folder.glob("notebooks/[0-9]*.ipynb")):
            return folder
    sys.exit("There is no folder named notebooks here. Go to the folder of the lessons and give the command again.")


def arguments(folder, given):
    """What JupyterLab is started with. Raises SystemExit for a notebook that is not there."""
    notebooks = {path.name: path for path in sorted(folder.glob("notebooks/[0-9]*.ipynb"))}
    chosen = [word for word in given if word.endswith(".ipynb")]
    first = Path(chosen[0]).name if chosen else next(iter(notebooks))
    if first not in notebooks:
        sys.exit(f"There is no lesson {first}. The lessons are: {', '.join(notebooks)}")
    return options_for(folder, f"notebooks/{first}", [word for word in given if word not in chosen])


def options_for(folder, page, more):
    """The options that show a page of a folder, and only to this machine."""
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return [f"--ServerApp.root_dir={folder}", f"--LabApp.default_url=/lab/tree/{page}",
            "--ServerApp.ip=127.0.0.1", *as_root, *more]


def launch(options, *settings):
    """Start JupyterLab with folders of settings, of which the first counts most; it ends with Ctrl+C twice."""
    known = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join([*map(str, settings), *filter(None, [known])])
    # The notebooks choose their own back end; one from outside changes what a cell prints.
    os.environ.pop("MPLBACKEND", None)
    try:
        from jupyterlab.labapp import LabApp
    except ImportError:
        sys.exit("JupyterLab is not installed here: python -m pip install -r requirements.txt")
    print("If no browser opens, open the http://127.0.0.1 address that appears below. Ctrl+C twice stops.", flush=True)
    LabApp.launch_instance(options)


def main():
    """Open the first lesson, or the one that is named."""
    launch(arguments(lessons(), sys.argv[1:]), SETTINGS)


if __name__ == "__main__":
    main()
