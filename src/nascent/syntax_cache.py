"""What is known of Python files, kept between runs: Snakemake asks for hundreds at every start.

It lies in the user's cache folder (`$XDG_CACHE_HOME/nascent`, usually `~/.cache/nascent`), by the
content of the files: whatever their names, times and places, an entry is never out of date. It may
be deleted at any time, and where it cannot be read or written everything is worked out anew.
"""

import hashlib
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from nascent import syntax
from nascent.syntax import Syntax, syntax_of

MOST = 4000
"""Entries that the file may have; beyond, those that the last run did not ask for are dropped."""


class SyntaxCache:
    """What is known of files by their content: read once, and written when there is more."""

    def __init__(self) -> None:
        self._path = cache_file()
        self._kept = _read(self._path)
        self._asked: dict[str, list[Any]] = {}
        self._new = False

    def syntax_of(self, content: bytes, package: str = "") -> Syntax:
        """Return what is known of a file of this content in a package."""
        key = hashlib.sha256(f"{package}\n".encode() + content).hexdigest()
        known = _entry(self._kept.get(key))
        if known is None:
            known = syntax_of(content.decode("utf-8"), package)
            self._kept[key] = [known.digest, list(known.imports), list(known.resources)]
            self._new = True
        self._asked[key] = self._kept[key]
        return known

    def save(self) -> None:
        """Write what is new, if anything is and it can be."""
        if not self._new or self._path is None:
            return
        self._new = False
        if len(self._kept) > MOST:
            self._kept = dict(self._asked)
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            _replace(self._path, json.dumps(self._kept))


def cache_file() -> Path | None:
    """Return the file of the cache, or None where the user has no home.

    Another version of Python, or of what makes an entry, has a file of its own.
    """
    maker = Path(syntax.__file__).read_bytes() + sys.version.encode()
    name = f"syntax-{hashlib.sha256(maker).hexdigest()[:12]}.json"
    given = os.environ.get("XDG_CACHE_HOME", "")
    try:
        folder = Path(given) if Path(given).is_absolute() else Path.home() / ".cache"
    except RuntimeError:
        return None
    return folder / "nascent" / name


def _read(path: Path | None) -> dict[str, Any]:
    if path is not None:
        with suppress(OSError, ValueError):
            kept = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(kept, dict):
                return kept
    return {}


def _entry(kept: Any) -> Syntax | None:
    """Return an entry of the file, or None where it is none."""
    match kept:
        case [str(digest), list(imports), list(resources)] if all(
            isinstance(name, str) for name in (*imports, *resources)
        ):
            return Syntax(digest, tuple(imports), tuple(resources))
    return None


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all, while other processes read or write it."""
    with NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=".syntax-", delete=False
    ) as stream:
        part = Path(stream.name)
        try:
            stream.write(text)
            stream.close()
            part.replace(path)
        except OSError:
            part.unlink(missing_ok=True)
            raise
