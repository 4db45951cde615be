"""Checks what Binder would do with this repository: repo2docker's dry run, which needs no Docker.

Use: python tests/check_binder.py PATH/TO/jupyter-repo2docker
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def problems(recipe, runtime, requirements):
    """What is wrong, one sentence each, with the dry run's output, runtime.txt and requirements.txt."""
    wanted = runtime.strip().removeprefix("python-")
    picked = re.search(r"Building conda environment for python=([\d.]+)", recipe)
    copied = recipe.find("COPY --chown=0:0 src/ ${REPO_DIR}/")
    installed = recipe.find('pip install --no-cache-dir -r ".binder/requirements.txt"')
    if picked is None:
        yield "repo2docker did not say which Python it picks."
    elif not wanted:
        yield "runtime.txt names no Python."
    elif picked[1] != wanted:
        yield f"runtime.txt asks for Python {wanted}, but repo2docker picks {picked[1]}."
    if "Python version unspecified" in recipe:
        yield "repo2docker found no Python version in runtime.txt and picked one of its own."
    if installed < 0:
        yield "repo2docker does not install requirements.txt."
    elif not 0 <= copied < installed:
        yield "requirements.txt is installed before the repository is copied, so its '-e .' finds no package."
    if not re.search(r"^-e \.", requirements, re.MULTILINE):
        yield "requirements.txt does not install the project itself (-e .)."
    if 'ENV R2D_ENTRYPOINT="${REPO_DIR}/.binder/start"' not in recipe:
        yield "Binder does not start with .binder/start, so JupyterLab lacks the lessons' settings."
    if "tests/requirements.txt" in recipe or "playwright" in requirements:
        yield "The browser tests' packages are part of Binder's image."


def main():
    command = [Path(sys.argv[1]).absolute(), "--no-build", "--debug", "."]
    run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode:
        sys.exit(f"{run.stdout}\nrepo2docker refuses this repository (exit code {run.returncode}).")
    files = [ROOT / name for name in (".binder/runtime.txt", "requirements.txt")]
    runtime, requirements = (file.read_text() if file.exists() else "" for file in files)
    found = list(problems(run.stdout, runtime, requirements))
    if found:
        sys.exit("\n".join(found))
    print(f"Binder would use {runtime.strip()} and install requirements.txt with the project itself.")


if __name__ == "__main__":
    main()
