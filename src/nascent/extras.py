"""Libraries that are installed with an extra of nascent alone."""

from importlib import import_module
from types import ModuleType

from nascent.errors import NascentError


def of_extra(module: str, extra: str) -> ModuleType:
    """Return a module of a library that an extra of nascent installs.

    Parameters
    ----------
    module
        Its dotted name.
    extra
        Of nascent, which has the library.

    Raises
    ------
    NascentError
        Where it is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise NascentError(
            f"the library {error.name} is not installed",
            mend=f"Install it: pip install 'nascent[{extra}]'.",
        ) from error
