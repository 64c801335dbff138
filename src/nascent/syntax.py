"""What a Python file does, without what it says of itself: its tree as a digest,
its imports, and which files shipped with the code it reads.

Neither comments, docstrings, blank lines and line breaks nor the version of Python change it.
"""

import ast
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import resolve_name

READER = "resource_text"
"""The function that reads what is shipped with the code."""

# What Python tells of a node that follows from the rest, or changes nothing.
_LEFT_OUT = ("ctx", "kind", "type_comment")


@dataclass(frozen=True)
class Syntax:
    """What is known of the text of a module.

    Attributes
    ----------
    digest : str
        SHA-256 of its syntax tree without comments, docstrings and places in the file.
    imports : tuple of str
        Names it imports, as `package.module` or `package.module.name`: a name that is imported
        from a package may be a module as well as a function. Imports inside functions count, those
        for type checkers alone do not.
    resources : tuple of str
        Names of the files it reads by `nascent.resources.reading.resource_text`.
    """

    digest: str
    imports: tuple[str, ...]
    resources: tuple[str, ...] = ()


def syntax_of(text: str, package: str = "") -> Syntax:
    """Return the digest and the imports of a module's text.

    Parameters
    ----------
    text
        Python.
    package
        In which the module lies: relative imports start there.

    Raises
    ------
    SyntaxError
        Where the text is no Python.
    """
    tree = ast.parse(text)
    parts: list[str] = []
    _write(tree, parts.append)
    digest = hashlib.sha256("".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    imports, resources = _imports(tree, package), _resources(tree)
    return Syntax(digest, tuple(dict.fromkeys(imports)), tuple(dict.fromkeys(resources)))


def _write(value: object, add: Callable[[str], None]) -> None:
    """Write a part of a tree as text, fields by name and those without content left out.

    `ast.dump` differs between versions of Python, which add fields that are mostly empty.
    """
    if isinstance(value, ast.AST):
        add(type(value).__name__ + "(")
        for name in value._fields:
            content = getattr(value, name, None)
            if content is None or content == [] or name in _LEFT_OUT:
                continue
            add(name + "=")
            _write(content, add)
        add(")")
    elif isinstance(value, list):
        add("[")
        for part in value:
            if not _is_docstring(part):
                _write(part, add)
                add(",")
        add("]")
    else:
        add(repr(value))


def _is_docstring(node: object) -> bool:
    """Tell whether a statement is a mere text: it does nothing, wherever it stands."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _imports(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = resolve_name("." * node.level + (node.module or ""), package or None)
        yield base
        yield from (f"{base}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        for child in node.orelse:
            yield from _imports(child, package)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _imports(child, package)


def _resources(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(file))]):
                if name == READER:
                    yield file
