"""How all commands read and write, so that nothing of anybody's is lost.

A command writes into a folder that is new, empty or its own, replaces a file that it has not made only when it is told
to (``--overwrite``), and writes a file whole or not at all. Every refusal names the argument.
"""
import contextlib
import hashlib
import json
import os
import secrets
import shutil
import stat
import sys
from fnmatch import fnmatch
from pathlib import Path

MARKER = ".batchnorm-lesson.json"
MOST = 30_000_000  # bytes of a notebook that is read; a lesson has 0.4 million, run and saved with its views a few
KEPT = "KEPT, not written: it is there and differs"


# Reading

class Unreadable(SystemExit):
    """A file is not a whole notebook, and ``why``. A command that does not expect it ends with these words."""

    def __init__(self, path, why):
        super().__init__(f"{path} cannot be read: {why}")
        self.why = why


def notebook(path):
    """The notebook in a file, a dict as it is stored; its cells and outputs have the form that Jupyter gives them.

    Raises Unreadable, whatever else the path leads to: nothing, a pipe, a device, a file that is empty, cut off, larger
    than MOST bytes, or something else.
    """
    path = Path(path)
    try:
        there = path.stat()
        if not stat.S_ISREG(there.st_mode):
            raise Unreadable(path, "it is not a file, but a folder, a pipe or a device")
        if not 0 < there.st_size <= MOST:
            raise Unreadable(path, f"it is larger than {MOST // 10**6} MB" if there.st_size else "it is empty")
        found = json.loads(path.read_bytes().decode("utf-8-sig"))
        _look_at(found)
    except UnicodeDecodeError:
        raise Unreadable(path, "it is not text in UTF-8") from None
    except json.JSONDecodeError as problem:
        raise Unreadable(path, f"it is cut off or damaged in line {problem.lineno}") from None
    except OSError as problem:
        raise Unreadable(path, problem.strerror) from None
    except (RecursionError, MemoryError):
        raise Unreadable(path, "it is nested too deeply") from None
    except ValueError as problem:
        raise Unreadable(path, f"it is no notebook: {problem}") from None
    return found


def lesson(path):
    """The same as nbformat's object, for lessons: also raises Unreadable unless it is in version 4 of the format."""
    import nbformat  # the report does without
    if notebook(path).get("nbformat") != 4:
        raise Unreadable(path, "it is not in version 4 of Jupyter's format")
    return nbformat.read(path, as_version=4)


def _look_at(found):
    """Raise ValueError where a notebook is not of the form that nbformat 4 describes, as far as a command reads it."""
    _expect(dict, found, "what it holds")
    _expect(dict, found.get("metadata", {}), "metadata")
    for number, cell in enumerate(_expect(list, found.get("cells"), "cells"), 1):
        where = f" in cell {number}"
        _expect(dict, cell, f"what stands{where}")
        _expect(dict, cell.get("metadata", {}), f"metadata{where}")
        for name in ("cell_type", "source"):
            _expect(str, cell.get(name, ""), f"{name}{where}")
        for output in _expect(list, cell.get("outputs", []), f"outputs{where}"):
            data = _expect(dict, _expect(dict, output, f"an output{where}").get("data", {}), f"data{where}")
            _expect(dict, output.get("metadata", {}), f"metadata{where}")
            _expect(str, data.get("text/plain", ""), f"text/plain{where}")
            _expect(str, output.get("text", ""), f"text{where}")


def _expect(kind, part, name):
    """Part of a notebook, if it is of a kind; a text may be a list of its lines."""
    lines = kind is str and isinstance(part, list) and all(isinstance(line, str) for line in part)
    if not isinstance(part, kind) and not lines:
        raise ValueError(f"{name} should be {({str: 'text', list: 'a list', dict: 'an object'})[kind]}")
    return part


# Writing

def write_whole(path, content):
    """Write text (UTF-8) or bytes to a file: whoever interrupts it leaves the old file or the new one, no part of one.

    A file that was there keeps its permissions; a link is replaced, not followed. Raises OSError that names the file.
    """
    path = Path(path)
    scratch = path.with_name(f".{secrets.token_hex(8)}.tmp")  # in the same folder: from another it could not be moved
    try:
        with scratch.open("xb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
            stream.flush()
            os.fsync(stream.fileno())
        if path.is_file():
            shutil.copymode(path, scratch)
        os.replace(scratch, path)
    except OSError as problem:
        problem.filename = str(path)
        raise
    finally:
        with contextlib.suppress(OSError):
            scratch.unlink()


def write_file(path, content, argument, overwrite=False):
    """Write the file that an argument names; SystemExit if something of that name is there, or it cannot be written."""
    if os.path.lexists(path) and not overwrite:
        raise SystemExit(f"{argument}: {path} is there already. Give another name, or add --overwrite to replace it.")
    with refusals(argument):
        write_whole(path, content)


@contextlib.contextmanager
def refusals(argument):
    """What the system refuses becomes a SystemExit that names the argument and the file."""
    try:
        yield
    except OSError as problem:
        raise SystemExit(f"{argument}: {problem.filename} cannot be used: {problem.strerror}. "
                         "Name another place, or move what is in the way.") from None


class OwnFolder:
    """A folder that a command may write into: new, empty, or made by it before. Raises SystemExit for any other.

    A marker file in it lists what was written, with the SHA-256 of its contents: what somebody else has put there, or
    changed, is told from what may be renewed. ``kind`` is the command's name in it, ``argument`` the word that named
    the folder. ``overwrite`` allows every folder, and to replace what is there. ``earlier`` are patterns of the names
    that versions without a marker have made: a folder that holds nothing else is taken over, once.
    """

    def __init__(self, path, kind, argument, overwrite=False, earlier=()):
        self.path, self.kind, self.argument = Path(path), kind, argument
        there = next(place for place in (self.path, *self.path.parents) if os.path.lexists(place))
        if not there.is_dir():
            raise SystemExit(f"{argument}: {path} cannot be a folder, because {there} is there and is none. Name a new "
                             "or an empty folder.")
        with refusals(argument):
            names = sorted(os.listdir(path)) if self.path.is_dir() else []
        self._known = self._listed()
        others = [name for name in names if not any(fnmatch(name, pattern) for pattern in earlier)]
        if others and self._known is None and not overwrite:
            more = f" and {len(others) - 3} more" if len(others) > 3 else ""
            raise SystemExit(
                f"{argument}: {path} holds what this command has not made ({', '.join(others[:3])}{more}). Nothing was "
                "written. Name a new or an empty folder, or add --overwrite: that replaces files of the same names and "
                "leaves the others.")
        self.overwrite = overwrite or self._known is None

    def _listed(self):
        """What the marker lists: place → fingerprints that the file there may have; None without a marker."""
        try:
            marker = json.loads((self.path / MARKER).read_bytes())
            return {place: list(prints) for place, prints in marker["files"].items()
                    } if marker["kind"] == self.kind else None
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def write(self, made, tidy=False):
        """Write files, text or bytes by their place in the folder: in a word what became of each, by place.

        With ``tidy`` go those that were made before and are no longer made; one that somebody has changed stays.
        """
        known, new = self._known or {}, {place: _print(content) for place, content in made.items()}
        for place in made:
            if not self._inside(place):
                raise SystemExit(f"{self.argument}: {self.path / place} leads out of the folder, because a folder on "
                                 "the way is a link. Nothing was written. Remove the link, or name another folder.")
        with refusals(self.argument):
            self.path.mkdir(parents=True, exist_ok=True)
            self._mark({**known, **{place: [*known.get(place, []), new[place]] for place in new}})
            became = {place: self._put(self.path / place, content, new[place], known.get(place, []))
                      for place, content in made.items()}
            for place in filter(self._inside, known.keys() - made.keys() if tidy else ()):
                if _found(self.path / place) in known[place]:
                    (self.path / place).unlink()
            self._mark({place: [new[place]] for place in new})
        return became

    def _inside(self, place):
        parent = os.path.realpath((self.path / place).parent)
        return Path(parent).is_relative_to(os.path.realpath(self.path))

    def _mark(self, listed):
        write_whole(self.path / MARKER, json.dumps({"kind": self.kind, "files": listed}, indent=1))

    def _put(self, path, content, new, known):
        there = _found(path)
        if there == new:
            return "unchanged"
        if there is not None and there not in known and not self.overwrite:
            return KEPT
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
        return "written" if there is None else "renewed" if there in known else "overwritten"


def _print(content):
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def _found(path):
    """The fingerprint of a file, "" for anything else of that name, None for nothing."""
    if path.is_file():
        return _print(path.read_bytes())
    return "" if os.path.lexists(path) else None


# Saying

def say(*lines):
    """Print lines, and be quiet when nobody reads on, as ``head`` does. Source: Python's "Note on SIGPIPE"."""
    try:
        print(*lines, sep="\n", flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
