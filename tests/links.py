"""Prints the Binder and Colab addresses of this copy, derived from its git remote ``origin``."""
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent


def repository(remote):
    """Host and path of a remote: ("github.com", "owner/name") from its https, ssh or git address; None otherwise."""
    address = re.sub(r"^(https?|ssh|git)://", "", remote.strip())
    found = re.fullmatch(r"(?:[^@/]+@)?([\w.-]+)(?::\d+/|[:/])/*(.+?)(?:\.git)?/*", address)
    return found.groups() if found and "." in found[1].strip(".") else None


def addresses(remote, branch, notebook):
    """Name and address of every service that can open the notebook from this remote."""
    host, path = repository(remote) or (None, None)
    binder = {"github.com": f"gh/{path}", "gitlab.com": f"gl/{quote(path or '', safe='')}"}.get(host)
    if binder is None:
        return {}
    found = {"Binder": f"https://mybinder.org/v2/{binder}/{quote(branch, safe='')}?urlpath=lab/tree/{notebook}"}
    if host == "github.com":
        found["Colab"] = f"https://colab.research.google.com/github/{path}/blob/{quote(branch)}/{notebook}"
        found["Colab's first cell"] = f"%pip install git+https://github.com/{path}"
    return found


def git(*arguments):
    """What a git command prints, empty when it fails."""
    return subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True).stdout.strip()


def main():
    remote = git("remote", "get-url", "origin")
    if not remote:
        sys.exit("This copy has no remote yet. Put it on GitHub or GitLab, or run "
                 "`git remote add origin ADDRESS`, and run this again.")
    branch = git("symbolic-ref", "--short", "HEAD") or "HEAD"
    first = min(path.name for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
    found = addresses(remote, branch, f"notebooks/{first}")
    if not found:
        sys.exit(f"Binder's short addresses know GitHub and GitLab, and the remote is {remote}. "
                 "On mybinder.org choose 'Git repository' and paste its address.")
    for service, address in found.items():
        print(f"{service}: {address}")


if __name__ == "__main__":
    main()
