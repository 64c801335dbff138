"""What is chosen by name is a file of that name, loaded when it is used and not before.

So a new file is known at once, and the code of a job is that of the files it chose
(`nascent.code`): another file beside them is no business of its results.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from nascent.errors import NascentError, did_you_mean

LIBRARY = Path(__file__).parent


def known_names(package: str) -> tuple[str, ...]:
    """Return the names of the modules of a package, sorted.

    Parameters
    ----------
    package
        Dotted, such as `nascent.kinds`. A module whose name begins with an underscore is none of
        those that can be chosen.
    """
    folder = _folder_of(package)
    modules = {path.stem for path in folder.glob("*.py")}
    packages = {path.parent.name for path in folder.glob("*/__init__.py")}
    return tuple(sorted(name for name in modules | packages if not name.startswith("_")))


def file_of(package: str, name: str, error: Callable[..., NascentError], where: str) -> Path:
    """Return the file of a module of a package; of one that is a package itself, its `__init__`.

    Parameters
    ----------
    package, name
        As in `known_names`.
    error, where
        Type of the error where there is no such module, and the key of the config that names it.

    Raises
    ------
    NascentError
        Where there is none: of type `error`, naming the nearest.
    """
    place = _folder_of(package) / name
    if name.isidentifier() and not name.startswith("_"):
        for path in (place.with_suffix(".py"), place / "__init__.py"):
            if path.is_file():
                return path
    known, what = known_names(package), package.rpartition(".")[2].removesuffix("s")
    raise error(f"there is no {what} {name!r}", where=where, mend=did_you_mean(name, known))


@cache
def load(package: str, name: str, error: Callable[..., NascentError], where: str) -> ModuleType:
    """Return a module of a package; parameters and errors as in `file_of`."""
    file_of(package, name, error, where)
    return import_module(f"{package}.{name}")


def _folder_of(package: str) -> Path:
    return LIBRARY.joinpath(*package.split(".")[1:])
