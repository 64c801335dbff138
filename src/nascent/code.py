"""Which code a job stands on: a script, and the modules of nascent that it imports."""

import hashlib
from pathlib import Path

from nascent.kind import kind_folders
from nascent.syntax import Syntax
from nascent.syntax_cache import SyntaxCache

PACKAGE = Path(__file__).parent
KINDS = "kinds"
RESOURCES = "resources"


class CodeDigests:
    """Digests of the code that scripts stand on, as the files are when each is first read.

    Two checkouts with equal code give equal digests, whatever their files' times; a change in a
    module changes the digests of just the scripts that import it, directly or through others. A
    package's `__init__` runs when a module in it is imported, so it counts. Imports are followed as
    they are written, those inside functions too; what runs for type checkers alone is left out.
    Comments and docstrings do not count. A file of `nascent/resources` counts with the modules that
    read it (`nascent.resources.reading.resource_text`).
    """

    def __init__(self) -> None:
        self._cache = SyntaxCache()
        self._syntax: dict[Path, Syntax] = {}
        self._files: dict[str, Path | None] = {}
        self._needed: dict[Path, dict[str, Path]] = {}
        self._digests: dict[tuple[Path, ...], str] = {}

    def digest(self, script: str | Path, *others: str | Path) -> str:
        """Return the digest of a script and of every module of nascent it stands on.

        Parameters
        ----------
        script
            A Python file.
        others
            More files the job stands on, which the script finds by name only when it runs.
        """
        files = (Path(script), *map(Path, others))
        if files not in self._digests:
            self._digests[files] = self._digest(files)
        return self._digests[files]

    def modules(self, script: str | Path) -> dict[str, Path]:
        """Return name → file of the modules of nascent that a script stands on."""
        found: dict[str, Path] = {}
        pending = [Path(script)]
        while pending:
            needed = self._needed_by(pending.pop())
            pending += [path for name, path in needed.items() if name not in found]
            found |= needed
        return found

    def _digest(self, files: tuple[Path, ...]) -> str:
        texts = [self._syntax_of(file).digest for file in files]
        stands_on = {name: path for file in files for name, path in self.modules(file).items()}
        texts += [
            f"{name} {self._syntax_of(path).digest}" for name, path in sorted(stands_on.items())
        ]
        read = {file for path in (*files, *stands_on.values()) for file in self._read_by(path)}
        texts += [f"{name} {_digest_of_file(PACKAGE / RESOURCES / name)}" for name in sorted(read)]
        self._cache.save()
        return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]

    def _needed_by(self, path: Path) -> dict[str, Path]:
        """Return the modules that a file imports itself, and the package it lies in."""
        if path not in self._needed:
            package = _package_of(path)
            if path.name == "__init__.py":
                package = package.rpartition(".")[0]
            names = (*self._syntax_of(path).imports, package)
            files = {name: self._file_of(name) for name in names}
            self._needed[path] = {name: file for name, file in files.items() if file is not None}
        return self._needed[path]

    def _read_by(self, path: Path) -> tuple[str, ...]:
        """Return the files of `nascent/resources` that a file reads itself."""
        return self._syntax_of(path).resources

    def _file_of(self, name: str) -> Path | None:
        if name not in self._files:
            self._files[name] = _find(name)
        return self._files[name]

    def _syntax_of(self, path: Path) -> Syntax:
        if path not in self._syntax:
            self._syntax[path] = self._cache.syntax_of(path.read_bytes(), _package_of(path))
        return self._syntax[path]


def code_digest(script: str | Path, *others: str | Path) -> str:
    """Return the digest of a script and others; `CodeDigests` serves for many scripts at once."""
    return CodeDigests().digest(script, *others)


def modules(script: str | Path) -> dict[str, Path]:
    """Return name → file of the modules of nascent that a script stands on."""
    return CodeDigests().modules(script)


def _digest_of_file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _package_of(path: Path) -> str:
    """Return the package of nascent that a file lies in; nothing for a script."""
    if path.is_relative_to(PACKAGE):
        return ".".join(path.relative_to(PACKAGE.parent).parent.parts)
    for folder in kind_folders():
        if path.is_relative_to(folder) and path.parent != folder:
            return ".".join((PACKAGE.name, KINDS, *path.relative_to(folder).parent.parts))
    return ""


def _find(name: str) -> Path | None:
    head, *rest = name.split(".")
    if head != PACKAGE.name:
        return None
    places = [PACKAGE.joinpath(*rest)]
    if rest[:1] == [KINDS]:
        places += [folder.joinpath(*rest[1:]) for folder in kind_folders()]
    for place in places:
        for path in (place / "__init__.py", place.with_suffix(".py")):
            if path.is_file():
                return path
    return None
