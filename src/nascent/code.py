"""Which code a job stands on: a script, and the modules of nascent that it imports."""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.util import resolve_name
from pathlib import Path

PACKAGE = Path(__file__).parent


def code_digest(script: str | Path, *others: str | Path) -> str:
    """Return a digest of a script's text and of every module of nascent it stands on.

    Two checkouts with equal text give equal digests, whatever their files' times; a change in a
    module changes the digests of just the scripts that import it, directly or through others.
    Imports are followed as they are written, those inside functions too; what runs for type
    checkers alone is left out.

    Parameters
    ----------
    script
        A Python file.
    others
        More files the job stands on, which the script finds by name only when it runs.
    """
    files = [Path(script), *map(Path, others)]
    texts = [_module_digest(file) for file in files]
    stands_on = {name: path for file in files for name, path in modules(file).items()}
    texts += [f"{name} {_module_digest(path)}" for name, path in sorted(stands_on.items())]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def modules(script: str | Path) -> dict[str, Path]:
    """Return name → file of the modules of nascent that a script imports, itself or through others.

    A package's `__init__` runs when a module in it is imported, so it counts.
    """
    found: dict[str, Path] = {}
    pending = list(_imports(Path(script), ""))
    while pending:
        name = pending.pop()
        path = _file_of(name)
        if name in found or path is None:
            continue
        found[name] = path
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        pending += _imports(path, package)
        pending += [name.rpartition(".")[0]] if "." in name else []
    return found


def _imports(path: Path, package: str) -> tuple[str, ...]:
    return _imports_of(path, package, path.stat().st_mtime_ns)


@cache
def _imports_of(path: Path, package: str, time: int) -> tuple[str, ...]:
    # `time` is part of the cache's key: a module may change while a process lives.
    return tuple(_walk(ast.parse(path.read_text(encoding="utf-8")), package))


def _walk(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = resolve_name("." * node.level + (node.module or ""), package or None)
        yield base
        # `from nascent.crops import wells` may name a module as well as a function.
        yield from (f"{base}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        for child in node.orelse:
            yield from _walk(child, package)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _walk(child, package)


def _file_of(name: str) -> Path | None:
    head, *rest = name.split(".")
    if head != PACKAGE.name:
        return None
    place = PACKAGE.joinpath(*rest)
    for path in (place / "__init__.py", place.with_suffix(".py")):
        if path.is_file():
            return path
    return None


def _module_digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
